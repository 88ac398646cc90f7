/** One document, to read and, where its machine takes that, to write. */
import { createEffect, createMemo, For, Show } from 'solid-js';
import type { Document as DocumentOf } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { Empty } from '../../ui/empty.tsx';
import { atTime } from '../../ui/time.ts';
import { ApprovedLine } from '../approval/ApprovedLine.tsx';
import { DocumentBody } from './DocumentBody.tsx';
import { DraftNote } from './DraftNote.tsx';
import { createTextEditing, EditButton, TextOrEditor } from './text-editing.tsx';

interface DocumentProps {
  readonly machine: Machine;
  readonly route: Route;
}

/** Each document has a page of its own: nothing of an editor goes over to the next. */
export function Document(props: DocumentProps) {
  const place = () => `${props.machine.id}\n${props.route.project}\n${props.route.item}`;
  return (
    <Show when={place()} keyed>
      {(_place) => <Page {...props} />}
    </Show>
  );
}

function Page(props: DocumentProps) {
  const app = useApp();
  const named = () => ({ project: props.route.project ?? '', path: props.route.item ?? '' });
  const document = createMemo(() =>
    Object.values(documentsOf(app.state, props.machine.id)).find(
      ({ project, path }) => project === named().project && path === named().path,
    ),
  );
  const draft = () => app.state.drafts[draftKey(props.machine.id, named())];
  return (
    <Show
      when={document()}
      fallback={
        <>
          <Show when={draft()}>{(kept) => <DraftNote draft={kept()} />}</Show>
          <Empty title="This document no longer exists">It was moved or deleted on the machine.</Empty>
        </>
      }
    >
      {(found) => (
        <Found
          machine={props.machine}
          document={found()}
          isAsked={props.route.query.edit === '1'}
          find={props.route.query.find}
        />
      )}
    </Show>
  );
}

/** What is decided on has a screen of its own. */
function toReview({ machine, project, path }: { machine: string; project: string; path: string }): void {
  navigate({ machine, project, place: 'approval', item: path }, { replace: true });
}

function Found(props: { machine: Machine; document: DocumentOf; isAsked: boolean; find: string | undefined }) {
  createEffect(() => {
    const { kind, project, path } = props.document;
    if (kind === 'approval') toReview({ machine: props.machine.id, project, path });
  });
  const editing = createTextEditing(props);
  return (
    <article>
      <header class="spec-head">
        <Head
          title={props.document.title ?? props.document.path.split('/').at(-1) ?? ''}
          crumb={<span class="mono">{props.document.path}</span>}
        >
          <EditButton of={editing}>Edit</EditButton>
        </Head>
      </header>
      <ApprovedLine machine={props.machine.id} document={props.document} />
      <TextOrEditor of={editing}>
        {/* The title stands above already. */}
        <div classList={{ 'main-document': props.document.title !== undefined }}>
          <DocumentBody machine={props.machine.id} document={props.document} find={props.find} />
        </div>
      </TextOrEditor>
      <Facts document={props.document} />
    </article>
  );
}

function Facts(props: { document: DocumentOf }) {
  const meta = () =>
    Object.entries(props.document.meta).filter(([name, value]) => name !== 'format' && typeof value !== 'object');
  return (
    <dl class="facts">
      <dt>Kind</dt>
      <dd>{props.document.kind}</dd>
      <dt>Changed</dt>
      <dd>{atTime(props.document.mtime)}</dd>
      <For each={meta()}>
        {([name, value]) => (
          <>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd>{String(value)}</dd>
          </>
        )}
      </For>
      <dt>Rev</dt>
      <dd class="mono">{props.document.rev.slice(0, 12)}</dd>
    </dl>
  );
}
