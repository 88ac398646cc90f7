/** Everything a project holds beside its specs: steering, approvals, logs, other files, by kind. */
import { createMemo, For, Show } from 'solid-js';
import type { Document, DocumentKind } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ago } from '../../ui/time.ts';

const kinds: readonly (readonly [DocumentKind, string])[] = [
  ['steering', 'Steering'],
  ['approval', 'Approvals'],
  ['implementation-log', 'Implementation logs'],
  ['config', 'Settings'],
  ['file', 'Other files'],
  ['snapshots', 'Snapshots'],
];

/** How many of a kind are listed; more are found by searching. */
const listedMax = 200;

export function Documents(props: { machine: Machine; route: Route }) {
  const { state } = useApp();
  const words = () => (props.route.query.q ?? '').toLowerCase();
  const documents = createMemo(() => {
    const all = Object.values(documentsOf(state, props.machine.id));
    return all.filter(({ project }) => !props.route.project || project === props.route.project);
  });
  const groups = () =>
    kinds.map(([kind, title]) => ({
      title,
      found: documents()
        .filter(
          (document) =>
            document.kind === kind && `${document.title ?? ''} ${document.path}`.toLowerCase().includes(words()),
        )
        .sort((a, b) => b.mtime - a.mtime),
    }));
  return (
    <>
      <Head title="Documents" />
      <For
        each={groups().filter(({ found }) => found.length > 0)}
        fallback={<Empty title="No other documents">Specs have their own page.</Empty>}
      >
        {({ title, found }) => (
          <section class="group">
            <h2>
              {title} <span class="mono">{found.length}</span>
            </h2>
            <ul class="cards">
              <For each={found.slice(0, listedMax)}>
                {(document) => <DocumentCard machine={props.machine.id} document={document} />}
              </For>
            </ul>
          </section>
        )}
      </For>
    </>
  );
}

const approvalTones = {
  pending: 'progress',
  approved: 'complete',
  rejected: 'danger',
  'needs-revision': 'progress',
} as const;

function DocumentCard(props: { machine: string; document: Document }) {
  const status = () => String(props.document.meta.status ?? '');
  return (
    <li class="card">
      <a
        class="title"
        href={hrefTo({
          machine: props.machine,
          project: props.document.project,
          place: 'document',
          item: props.document.path,
        })}
      >
        {props.document.title ?? props.document.path.split('/').at(-1)}
      </a>
      <div class="words">
        <Show when={props.document.kind === 'approval' && status()}>
          <Chip tone={approvalTones[status() as keyof typeof approvalTones] ?? 'plain'}>{status()}</Chip>
        </Show>
        <Show when={props.document.spec}>{(spec) => <Chip>{spec()}</Chip>}</Show>
        <span class="small soft mono">{props.document.path}</span>
        <span class="time">{ago(props.document.mtime)}</span>
      </div>
    </li>
  );
}
