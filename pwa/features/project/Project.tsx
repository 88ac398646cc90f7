/** A project over time: what is still open, day by day, and what was done, week by week. From the replica, so without a network too. */
import { createMemo, For, Show } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead } from '../../state/facts/reading.ts';
import { documentsOf, machineRecords } from '../../state/facts/sorts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clock } from '../../ui/time.ts';
import { useSpecs } from '../specs/machine-specs.ts';
import { BurndownPart } from './BurndownPart.tsx';
import { countedIn, lifeOf, specsDone, specsDown, tasksDown } from './burndown.ts';
import { dayOf, lastWeeks } from './days.ts';
import { Throughput } from './Throughput.tsx';
import { throughput } from './throughput.ts';
import './project.css';

const weeksShown = (days: number) => (days > 90 ? 52 : 13);
/** What tells of weeks that are over. */
const countedKinds: ReadonlySet<string> = new Set(['approval', 'snapshots', 'implementation-log']);
const spans = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'A year'],
] as const;

function daysOf({ query }: Route): number {
  return Number(spans.find(([span]) => span === query.days)?.[0] ?? 30);
}

export function Project(props: { machine: Machine; route: Route }) {
  const { state } = useApp();
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project);
  return (
    <article class="project-page">
      <Head title="Progress" crumb={project()?.name ?? props.machine.name} line={<StateLine />}>
        <Show when={project()?.formats.some((format) => format !== 'lean-spec')}>
          <a class="button plain" href={hrefTo({ ...props.route, place: 'steering', query: {} })}>
            Steering
          </a>
        </Show>
      </Head>
      <Show when={isMachineRead(state, props.machine.id)} fallback={<Skeleton text="Reading the project…" />}>
        <Over machine={props.machine} route={props.route} />
      </Show>
    </article>
  );
}

function Over(props: { machine: Machine; route: Route }) {
  const seen = useSeen(props);
  const query = () => props.route.query;
  const days = () => daysOf(props.route);
  const turn = (more: Readonly<Record<string, string>>) =>
    navigate({ ...props.route, query: { ...query(), ...more } }, { replace: true });
  return (
    <Show
      when={seen.tasks() || seen.specs() || seen.weeks().some((week) => week.approved + week.sentBack + week.logs > 0)}
      fallback={
        <Empty title="Nothing to count yet">
          Tasks, decisions and finished specs are counted from when they are first seen.
        </Empty>
      }
    >
      <Show when={seen.names().length > 1}>
        <select
          class="field project-spec"
          aria-label="Spec"
          onChange={(event) => turn({ spec: event.currentTarget.value })}
        >
          <option value="">All specs</option>
          <For each={seen.names()}>
            {(name) => (
              <option value={name} selected={name === query().spec}>
                {name}
              </option>
            )}
          </For>
        </select>
      </Show>
      <nav class="tabs" aria-label="How far back">
        <For each={spans}>
          {([span, label]) => (
            <a
              href={hrefTo({ ...props.route, query: { ...query(), days: span } })}
              aria-current={days() === Number(span) ? 'true' : undefined}
            >
              {label}
            </a>
          )}
        </For>
      </nav>
      <Show when={seen.tasks()}>
        {(down) => <BurndownPart what="task" down={down()} from={dayOf(seen.now(), 1 - days())} isCounted />}
      </Show>
      <Show when={seen.specs()}>
        {(down) => (
          <BurndownPart what="spec" down={down()} from={dayOf(seen.now(), 1 - days())} undated={seen.undated()} />
        )}
      </Show>
      <Throughput weeks={seen.weeks()} since={seen.tasks()?.since} hasSpecs={seen.specs() !== undefined} />
    </Show>
  );
}

/** What this device knows of the project, counted anew when any of it changes. */
function useSeen(props: { machine: Machine; route: Route }) {
  const { state } = useApp();
  const all = useSpecs();
  // By the day: the clock of the screens ticks every five seconds.
  const now = createMemo(() => dayOf(clock(), 1) - 1);
  const spec = () => props.route.query.spec ?? '';
  const isOurs = (of: string | undefined) => !props.route.project || of === props.route.project;
  const records = (kind: string) =>
    machineRecords(state, props.machine.id, kind).filter(({ project }) => isOurs(project));
  const everyCount = createMemo(() => countedIn(records('progress')));
  const counted = createMemo(() => everyCount().filter((one) => spec() === '' || one.spec === spec()));
  const lean = createMemo(() => all().filter(({ project, format }) => isOurs(project) && format === 'lean-spec'));
  const lives = createMemo(() =>
    lean()
      .filter(({ name }) => spec() === '' || name === spec())
      .map(lifeOf),
  );
  const dated = createMemo(() => lives().flatMap((life) => life ?? []));
  const isShown = ({ project, kind, spec: of }: Document) =>
    isOurs(project) && countedKinds.has(kind) && (spec() === '' || of === spec());
  const documents = createMemo(() =>
    Object.values(documentsOf(state, props.machine.id))
      // Told by what lies below the store: a proxy of thousands of documents takes long.
      .filter((document) => isShown(unwrap(document))),
  );
  const decisions = createMemo(() =>
    records('decision').filter(({ meta }) => spec() === '' || meta.category === spec()),
  );
  return {
    now,
    names: () => [...new Set([...everyCount().map((one) => one.spec), ...lean().map(({ name }) => name)])].sort(),
    tasks: createMemo(() => tasksDown(counted(), now())),
    specs: createMemo(() => specsDown(dated(), now())),
    undated: () => lives().length - dated().length,
    weeks: createMemo(() => {
      const seen = {
        counted: counted(),
        documents: documents(),
        decisions: decisions(),
        specsDone: specsDone(dated()),
      };
      return throughput(seen, lastWeeks(weeksShown(daysOf(props.route)), now()));
    }),
  };
}
