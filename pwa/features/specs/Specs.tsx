/** The specs of a machine or one of its projects: as list, board or graph. */
import { createMemo, For, lazy, Match, Show, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { type SpecStatus, specStatuses } from '#contract/meta.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead, readingLine } from '../../state/reading.ts';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { isWide } from '../../ui/wide.ts';
import { Conditions } from '../machines/Conditions.tsx';
import { statusWords } from '../words.ts';
import { filterSpecs, orderSpecs } from './filters.ts';
import { useSpecs } from './machine-specs.ts';
import { SpecCard } from './SpecCard.tsx';
import { SpecFilters } from './SpecFilters.tsx';
import type { Spec } from './spec-groups.ts';

const Graph = lazy(async () => ({ default: (await import('./Graph.tsx')).Graph }));

const views = ['board', 'list', 'graph'] as const;
/** What is being worked on comes first in a list; a board reads from left to right. */
const listOrder: readonly SpecStatus[] = ['in-progress', 'planned', 'draft', 'complete', 'archived'];

export function Specs(props: { machine: Machine; route: Route }) {
  const all = useSpecs();
  const { state } = useApp();
  const query = () => props.route.query;
  const view = () => views.find((name) => name === query().view) ?? (isWide() ? 'board' : 'list');
  const inProject = createMemo(() =>
    all().filter(({ project }) => !props.route.project || project === props.route.project),
  );
  const shown = createMemo(() => orderSpecs(filterSpecs(inProject(), query()), query().order));
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project);
  const change = (changes: Record<string, string>) => {
    navigate({ ...props.route, query: { ...query(), ...changes } }, { replace: true });
  };
  const cards = {
    machine: () => props.machine.id,
    query,
    chosen: (spec: Spec) =>
      props.route.place === 'spec' && props.route.item === spec.folder && props.route.project === spec.project,
  };
  return (
    <>
      <div class="specs-head">
        <Head title={project()?.name ?? 'Specs'} isChoice line={<StateLine />} />
        <input
          class="field"
          type="search"
          placeholder="Search specs"
          aria-label="Search specs"
          value={query().q ?? ''}
          onInput={(event) => change({ q: event.currentTarget.value })}
        />
        <fieldset class="views" style={{ border: '0', padding: '0', margin: '0' }}>
          <legend class="hidden-visually">Show as</legend>
          <For each={views}>
            {(name) => (
              <button type="button" aria-pressed={view() === name} onClick={() => change({ view: name })}>
                {name.charAt(0).toUpperCase() + name.slice(1)}
              </button>
            )}
          </For>
        </fieldset>
      </div>
      <Conditions machine={props.machine} project={props.route.project} />
      <Show when={inProject().length > 0}>
        <SpecFilters specs={inProject()} filter={query()} query={query()} onChange={change} />
      </Show>
      <Switch fallback={<SpecList specs={shown()} {...cards} />}>
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
            <button type="button" class="button" onClick={() => change({ q: '', status: '', priority: '', tag: '' })}>
              Show all {inProject().length}
            </button>
          </Empty>
        </Match>
        <Match when={view() === 'graph'}>
          <Graph specs={shown()} route={props.route} />
        </Match>
        <Match when={view() === 'board'}>
          <Board specs={shown()} {...cards} />
        </Match>
      </Switch>
    </>
  );
}

interface Cards {
  readonly specs: readonly Spec[];
  readonly machine: () => string;
  readonly query: () => Readonly<Record<string, string>>;
  readonly chosen: (spec: Spec) => boolean;
}

function SpecList(props: Cards) {
  const of = (status: SpecStatus) => props.specs.filter((spec) => spec.status === status);
  return (
    <For each={listOrder.filter((status) => of(status).length > 0)}>
      {(status) => (
        <section class="group">
          <h2>
            {statusWords[status].label} <span class="mono">{of(status).length}</span>
          </h2>
          <ul class="cards" onKeyDown={moveBetweenCards}>
            <For each={of(status)}>
              {(spec) => (
                <SpecCard machine={props.machine()} spec={spec} chosen={props.chosen(spec)} query={props.query()} />
              )}
            </For>
          </ul>
        </section>
      )}
    </For>
  );
}

/** Archived specs have a column only where they are asked for. */
function Board(props: Cards) {
  const of = (status: SpecStatus) => props.specs.filter((spec) => spec.status === status);
  const isShown = (status: SpecStatus) =>
    of(status).length > 0 && (status !== 'archived' || props.query().status === 'archived');
  return (
    <div class="board">
      <For each={specStatuses.filter(isShown)}>
        {(status) => (
          <section class="group">
            <h2>
              {statusWords[status].label} <span class="mono">{of(status).length}</span>
            </h2>
            <ul class="cards" onKeyDown={moveBetweenCards}>
              <For each={of(status)}>
                {(spec) => (
                  <SpecCard
                    machine={props.machine()}
                    spec={spec}
                    chosen={props.chosen(spec)}
                    query={props.query()}
                    onBoard
                  />
                )}
              </For>
            </ul>
          </section>
        )}
      </For>
    </div>
  );
}

/** Arrow up and down go move between cards. */
function moveBetweenCards(event: KeyboardEvent & { currentTarget: HTMLUListElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a.title')];
  const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
