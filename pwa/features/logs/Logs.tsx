/** Implementation logs of a project or one of its specs: what was done, newest first, and what exists by name. */
import { createMemo, createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { hasWords, statsOf } from '#contract/implementation-logs.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead } from '../../state/facts/reading.ts';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { isEditAllowed } from '../editing.ts';
import { counted } from '../words.ts';
import { LogCard } from './LogCard.tsx';
import { MadeList } from './MadeList.tsx';
import { useLogs } from './use-logs.ts';
import './logs.css';

const AddLog = lazy(async () => ({ default: (await import('./AddLog.tsx')).AddLog }));

type Found = ResultOf<'impl-log-search'>;

/** How many logs are shown at first. */
const shownFirst = 50;

export function Logs(props: { machine: Machine; route: Route }) {
  const app = useApp();
  const { state } = app;
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project);
  const { answer, why } = useLogs(() => ({
    machine: props.machine.id,
    project: props.route.project,
    spec: props.route.query.spec || undefined,
  }));
  const spec = () => props.route.query.spec?.split('/').at(-1);
  const [adding, setAdding] = createSignal(false);
  const mayAdd = () =>
    project()?.formats.includes('spec-workflow') &&
    isEditAllowed(app, props.machine.id, { kind: 'impl-log-add', project: props.route.project ?? '' });
  return (
    <article class="logs">
      <Head title="Implementation logs" crumb={[project()?.name, spec()].filter(Boolean).join(' / ')}>
        <Show when={mayAdd()}>
          <button
            type="button"
            class="button plain icon"
            aria-label="Log what was done"
            aria-haspopup="dialog"
            onClick={() => setAdding(true)}
          >
            <Icon name="add" />
          </button>
        </Show>
      </Head>
      <Show
        when={answer() !== undefined && isMachineRead(state, props.machine.id)}
        fallback={<Skeleton text="Reading the logs…" />}
      >
        <Show when={project()} fallback={<NoProject machine={props.machine} named={props.route.project} />}>
          <Show when={answer()} fallback={<Empty title="These logs cannot be read now">{why()}</Empty>}>
            {(read) => <LogsRead machine={props.machine} route={props.route} read={read()} />}
          </Show>
        </Show>
      </Show>
      <Show when={adding()}>
        <Suspense>
          <AddLog
            machine={props.machine}
            project={props.route.project ?? ''}
            spec={props.route.query.spec}
            task={props.route.query.task}
            onClose={() => setAdding(false)}
          />
        </Suspense>
      </Show>
    </article>
  );
}

/** No project is chosen, or the machine does not have it. */
function NoProject(props: { machine: Machine; named: string | undefined }) {
  return (
    <Show
      when={props.named === undefined && props.machine.projects.length > 0}
      fallback={<Empty title="No such project">{props.machine.name} does not watch it.</Empty>}
    >
      <p>Each project has its own logs. Choose one:</p>
      <Rows label="Projects">
        <For each={props.machine.projects}>
          {({ id, name }) => (
            <Row href={hrefTo({ machine: props.machine.id, project: id, place: 'logs' })} title={name} />
          )}
        </For>
      </Rows>
    </Show>
  );
}

function LogsRead(props: { machine: Machine; route: Route; read: Found }) {
  const query = () => props.route.query;
  const [most, setMost] = createSignal(shownFirst);
  const turn = (more: Readonly<Record<string, string>>) =>
    navigate({ ...props.route, query: { ...query(), ...more } }, { replace: true });
  const ofTask = createMemo(() => props.read.entries.filter(({ taskId }) => !query().task || taskId === query().task));
  const found = createMemo(() => ofTask().filter((entry) => hasWords(entry, (query().q ?? '').trim())));
  const tasks = createMemo(() =>
    [...new Set(props.read.entries.map(({ taskId }) => taskId))].sort((a, b) =>
      a.localeCompare(b, undefined, { numeric: true }),
    ),
  );
  const view = () => (query().view === 'made' ? 'made' : 'logs');
  const viewHref = (name: string) => hrefTo({ ...props.route, query: { ...query(), view: name } });
  return (
    <>
      <div class="logs-filter">
        <input
          class="field"
          type="search"
          placeholder="Summary, file, function…"
          aria-label="Find in the logs"
          value={query().q ?? ''}
          onInput={(event) => turn({ q: event.currentTarget.value })}
        />
        <select
          class="field"
          aria-label="Task"
          value={query().task ?? ''}
          onChange={(event) => turn({ task: event.currentTarget.value })}
        >
          <option value="">All tasks</option>
          <For each={tasks()}>
            {(task) => (
              <option value={task} selected={task === query().task}>
                Task {task}
              </option>
            )}
          </For>
        </select>
      </div>
      <nav class="tabs" aria-label="What is shown of the logs">
        <a href={viewHref('')} aria-current={view() === 'logs' ? 'true' : undefined}>
          Logs
        </a>
        <a href={viewHref('made')} aria-current={view() === 'made' ? 'true' : undefined}>
          Find what exists
        </a>
      </nav>
      <For each={props.read.unread}>
        {({ path, why }) => (
          <p class="strip" role="status">
            {path}: {why}
          </p>
        )}
      </For>
      <Show when={found().length > 0} fallback={<Nothing isNarrowed={props.read.entries.length > 0} />}>
        <Show
          when={view() === 'logs'}
          fallback={
            <MadeList machine={props.machine.id} route={props.route} entries={ofTask()} words={query().q ?? ''} />
          }
        >
          <Totals entries={found()} />
          <ol class="logs-list">
            <For each={found().slice(0, most())}>
              {(entry) => <LogCard machine={props.machine.id} project={props.route.project} entry={entry} />}
            </For>
          </ol>
          <Show when={found().length > most()}>
            <button type="button" class="button" onClick={() => setMost(most() + shownFirst)}>
              Show {Math.min(shownFirst, found().length - most())} more of {found().length}
            </button>
          </Show>
        </Show>
      </Show>
    </>
  );
}

function Nothing(props: { isNarrowed: boolean }) {
  return (
    <Show
      when={props.isNarrowed}
      fallback={<Empty title="No implementation logs">Agents write one when they have done a task.</Empty>}
    >
      <Empty title="No matches">No log has all these words.</Empty>
    </Show>
  );
}

function Totals(props: { entries: Found['entries'] }) {
  const totals = createMemo(() => statsOf(props.entries));
  return (
    <p class="small soft" role="status">
      {counted(totals().totalImplementations, 'log')} · {counted(totals().totalFilesModified, 'file')} modified ·{' '}
      {totals().totalFilesCreated} created · +{totals().totalLinesAdded} −{totals().totalLinesRemoved} lines
    </p>
  );
}
