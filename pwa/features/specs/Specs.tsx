/** The specs of a machine or one of its projects: as list, board or graph. */
import { createEffect, createMemo, createSignal, For, lazy, Match, Show, Suspense, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead, readingLine } from '../../state/facts/reading.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { isWide } from '../../ui/wide.ts';
import { isEditAllowed } from '../editing.ts';
import { looksOf } from '../inbox/looks.ts';
import { Conditions } from '../machines/Conditions.tsx';
import { filterSpecs, isActive, orderSpecs, orderWords, selectionOf } from './filters.ts';
import { useSpecs } from './machine-specs.ts';
import { SpecList } from './SpecList.tsx';
import { savedViews, toShow, viewShown } from './saved-views.ts';
import type { Spec } from './spec-groups.ts';
import './specs.css';

const Board = lazy(async () => ({ default: (await import('./Board.tsx')).Board }));
const Graph = lazy(async () => ({ default: (await import('./Graph.tsx')).Graph }));
const NewSpec = lazy(async () => ({ default: (await import('./NewSpec.tsx')).NewSpec }));
const ProjectPlaces = lazy(async () => ({ default: (await import('./ProjectPlaces.tsx')).ProjectPlaces }));
const SpecOptions = lazy(async () => ({ default: (await import('./SpecOptions.tsx')).SpecOptions }));

const forms = ['list', 'board', 'graph'] as const;

export function Specs(props: { machine: Machine; route: Route }) {
  const all = useSpecs();
  const app = useApp();
  const { state } = app;
  const [choosing, setChoosing] = createSignal(false);
  const [making, setMaking] = createSignal(false);
  const [leaving, setLeaving] = createSignal(false);
  const query = () => props.route.query;
  const form = () => forms.find((name) => name === query().view) ?? 'list';
  const inProject = createMemo(() =>
    all().filter(({ project }) => !props.route.project || project === props.route.project),
  );
  const seenUpTo = createMemo(() => looksOf(state).get(props.machine.id)?.upTo ?? Number.POSITIVE_INFINITY);
  const isNew = (spec: Spec) => spec.changedAt > seenUpTo();
  const selection = () => selectionOf(query(), inProject());
  const shown = createMemo(() =>
    orderSpecs(filterSpecs(inProject(), { ...query(), status: selection() }, isNew), query().order),
  );
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project);
  const change = (changes: Record<string, string>) => {
    navigate({ ...props.route, query: { ...query(), ...changes } }, { replace: true });
  };
  // The address may ask for the form.
  createEffect(() => {
    if (query().new !== '1') return;
    setMaking(true);
    change({ new: '' });
  });
  const list = () => ({
    machine: props.machine.id,
    specs: shown(),
    // Another spec opens with its own document, and without what was searched for in this one.
    query: { ...query(), doc: '', find: '' },
    isNew,
    isChosen: (spec: Spec) =>
      props.route.place === 'spec' && props.route.item === spec.folder && props.route.project === spec.project,
    order: orderWords(query().order),
    name: JSON.stringify([props.machine.id, props.route.project, query()]),
  });
  const search = () => (
    <input
      class="field spec-search"
      type="search"
      placeholder="Search specs"
      aria-label="Search specs"
      value={query().q ?? ''}
      onInput={(event) => change({ q: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Head title={project()?.name ?? 'Specs'} isChoice line={<StateLine />}>
        <Show when={isWide()}>{search()}</Show>
        <Show when={isEditAllowed(app, props.machine.id)}>
          <button
            type="button"
            class="button plain icon"
            aria-label="New spec"
            aria-haspopup="dialog"
            onClick={() => setMaking(true)}
          >
            <Icon name="add" />
          </button>
        </Show>
        <button
          type="button"
          class="button plain icon"
          aria-label="Project pages"
          aria-haspopup="dialog"
          onClick={() => setLeaving(true)}
        >
          <Icon name="more" />
        </button>
        <button
          type="button"
          class="button plain icon"
          aria-label="Order, view and filters"
          aria-haspopup="dialog"
          onClick={() => setChoosing(true)}
        >
          <Icon name="options" />
        </button>
      </Head>
      <Show when={!isWide() && query().q}>{search()}</Show>
      <Conditions machine={props.machine} project={props.route.project} />
      <Show when={inProject().length > 0}>
        <Selections specs={inProject()} isNew={isNew} selection={selection()} query={query()} onChange={change} />
      </Show>
      <Suspense fallback={<Skeleton text="Reading…" />}>
        <Switch fallback={<SpecList {...list()} />}>
          <Match when={inProject().length === 0 && !isMachineRead(state, props.machine.id)}>
            <Skeleton text={readingLine(state, Date.now()) ?? 'Reading…'} />
          </Match>
          <Match when={inProject().length === 0}>
            <Empty title="No specs here yet" command="npm start -- ~/code/my-project">
              Start Sallyport with the folder of a project that has specs.
            </Empty>
          </Match>
          <Match when={shown().length === 0}>
            <Empty title="No matches">
              <button
                type="button"
                class="button"
                onClick={() => change({ q: '', status: 'all', priority: '', tag: '' })}
              >
                Show all {inProject().length}
              </button>
            </Empty>
          </Match>
          <Match when={form() === 'graph'}>
            <Graph specs={shown()} route={props.route} />
          </Match>
          <Match when={form() === 'board'}>
            <Board {...list()} />
          </Match>
        </Switch>
      </Suspense>
      <Show when={leaving()}>
        <Suspense>
          <ProjectPlaces machine={props.machine} project={props.route.project} onClose={() => setLeaving(false)} />
        </Suspense>
      </Show>
      <Show when={making()}>
        <Suspense>
          <NewSpec machine={props.machine} project={props.route.project} onClose={() => setMaking(false)} />
        </Suspense>
      </Show>
      <Show when={choosing()}>
        <SpecOptions specs={inProject()} query={query()} onChange={change} onClose={() => setChoosing(false)} />
      </Show>
    </>
  );
}

/** What is listed: the usual selections, and the saved views. */
function Selections(props: {
  specs: readonly Spec[];
  isNew: (spec: Spec) => boolean;
  selection: string;
  query: Readonly<Record<string, string>>;
  onChange: (change: Record<string, string>) => void;
}) {
  const { state } = useApp();
  const views = createMemo(() => savedViews(state));
  const view = createMemo(() => viewShown(views(), props.query));
  const selections = createMemo(
    () =>
      [
        ['active', 'Active', props.specs.filter(isActive).length],
        ['changed', 'Changed since you looked', props.specs.filter(props.isNew).length],
        ['all', 'All', props.specs.length],
      ] as const,
  );
  const isChosen = (name: string) => view() === undefined && props.selection === name;
  return (
    <fieldset class="filters">
      <legend class="hidden-visually">What is listed</legend>
      <For each={selections().filter(([name, , count]) => count > 0 || isChosen(name))}>
        {([name, label, count]) => (
          <ChipButton
            tone={isChosen(name) ? 'accent' : 'plain'}
            pressed={isChosen(name)}
            onClick={() => props.onChange({ status: name })}
          >
            {label} <span class="mono">{count}</span>
          </ChipButton>
        )}
      </For>
      <For each={views()}>
        {(saved) => (
          <ChipButton
            tone={view()?.id === saved.id ? 'accent' : 'plain'}
            pressed={view()?.id === saved.id}
            onClick={() => props.onChange(toShow(saved))}
          >
            {saved.title}
          </ChipButton>
        )}
      </For>
    </fieldset>
  );
}
