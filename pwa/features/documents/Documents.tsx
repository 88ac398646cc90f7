/** Everything a project holds beside its specs: steering, approvals, logs, other files, by kind, with a field to find them. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead } from '../../state/facts/reading.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ago } from '../../ui/time.ts';
import { metaOf } from '../document-meta.ts';

const titles: Readonly<Record<string, string>> = {
  steering: 'Steering',
  approval: 'Approvals',
  'implementation-log': 'Implementation logs',
  config: 'Settings',
  file: 'Other files',
  snapshots: 'Snapshots',
};
/** Screens of one kind alone. */
const togetherIn: Readonly<Record<string, { readonly place: string; readonly label: string }>> = {
  steering: { place: 'steering', label: 'Read and write steering' },
  'implementation-log': { place: 'logs', label: 'Search the logs, and find what exists' },
};

/** They are shown with their spec. */
const ofSpecs = new Set(['spec', 'sub-spec', 'requirements', 'design', 'tasks']);

/** How many of a kind are listed at first. */
const shownFirst = 100;

export function Documents(props: { machine: Machine; route: Route }) {
  const { state } = useApp();
  const words = () => (props.route.query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const documents = createMemo(() =>
    Object.values(documentsOf(state, props.machine.id)).filter(
      ({ project, kind }) => (!props.route.project || project === props.route.project) && !ofSpecs.has(kind),
    ),
  );
  const groups = createMemo(() => {
    const found = documents().filter(({ title, path }) => {
      const text = `${title ?? ''} ${path}`.toLowerCase();
      return words().every((word) => text.includes(word));
    });
    const byKind = Map.groupBy(
      found.sort((a, b) => b.mtime - a.mtime),
      ({ kind }) => kind,
    );
    // Kinds that only a newer bridge knows come last, under their own names.
    const known = Object.keys(titles).filter((kind) => byKind.has(kind as Document['kind']));
    const others = [...byKind.keys()].filter((kind) => !Object.hasOwn(titles, kind));
    return [...known, ...others].map((kind) => ({ kind, found: byKind.get(kind as Document['kind']) ?? [] }));
  });
  const project = () => props.machine.projects.find(({ id }) => id === props.route.project)?.name;
  return (
    <>
      <Head title="Documents" crumb={project() ?? props.machine.name} />
      <input
        class="field"
        type="search"
        placeholder="Find by title or path"
        aria-label="Find by title or path"
        value={props.route.query.q ?? ''}
        onInput={(event) => navigate({ ...props.route, query: { q: event.currentTarget.value } }, { replace: true })}
      />
      <For
        each={groups()}
        fallback={
          <Show when={isMachineRead(state, props.machine.id)} fallback={<Skeleton text="Reading the documents…" />}>
            <Show
              when={words().length > 0}
              fallback={<Empty title="No other documents">Specs have their own page.</Empty>}
            >
              <Empty title="No matches">No title or path has all these words. Search the texts with Ctrl K or /.</Empty>
            </Show>
          </Show>
        }
      >
        {({ kind, found }) => (
          <>
            <Group title={titles[kind] ?? kind} machine={props.machine.id} found={found} />
            <Show when={props.route.project !== undefined && togetherIn[kind]}>
              {(together) => (
                <p class="rows-foot">
                  <a class="button" href={hrefTo({ ...props.route, place: together().place, query: {} })}>
                    {together().label}
                  </a>
                </p>
              )}
            </Show>
          </>
        )}
      </For>
    </>
  );
}

function Group(props: { title: string; machine: string; found: readonly Document[] }) {
  const [most, setMost] = createSignal(shownFirst);
  return (
    <section>
      <h2 class="rows-head">
        {props.title} <span class="mono">{props.found.length}</span>
      </h2>
      <Rows label={props.title}>
        <For each={props.found.slice(0, most())}>
          {(document) => <DocumentRow machine={props.machine} document={document} />}
        </For>
      </Rows>
      <Show when={props.found.length > most()}>
        <p class="rows-foot">
          <button type="button" class="button" onClick={() => setMost(most() + shownFirst)}>
            Show {Math.min(shownFirst, props.found.length - most())} more of {props.found.length}
          </button>
        </p>
      </Show>
    </section>
  );
}

const approvalTones = {
  pending: 'progress',
  approved: 'complete',
  rejected: 'danger',
  'needs-revision': 'progress',
} as const;

function DocumentRow(props: { machine: string; document: Document }) {
  const status = () => {
    const meta = metaOf(props.document);
    return meta.is === 'approval' ? (meta.status ?? '') : '';
  };
  return (
    <Row
      href={hrefTo({
        machine: props.machine,
        project: props.document.project,
        place: 'document',
        item: props.document.path,
      })}
      title={props.document.title ?? props.document.path.split('/').at(-1)}
      note={<span class="mono">{props.document.path}</span>}
      end={
        <>
          <Show when={status()}>
            <Chip tone={approvalTones[status() as keyof typeof approvalTones] ?? 'plain'}>{status()}</Chip>
          </Show>
          {ago(props.document.mtime)}
        </>
      }
    />
  );
}
