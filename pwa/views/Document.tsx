/** One document, to read and, where it is Markdown of a spec or of steering, to write. */
import { createResource, createSignal, For, onCleanup, Show } from 'solid-js';
import type { Document as DocumentOf } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { mayEdit, send } from '../features/editing.ts';
import { specArgOf } from '../features/spec-groups.ts';
import type { Route } from '../route.ts';
import { useApp } from '../state/context.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { atTime } from '../ui/time.ts';
import { DocumentBody } from './DocumentBody.tsx';

const specKinds: readonly string[] = ['spec', 'sub-spec', 'requirements', 'design', 'tasks'];

export function Document(props: { machine: Machine; route: Route }) {
  const app = useApp();
  const document = () =>
    Object.values(app.state.documents[props.machine.id] ?? {}).find(
      ({ project, path }) => project === props.route.project && path === props.route.item,
    );
  const [editing, setEditing] = createSignal(props.route.query.edit === '1');
  return (
    <Show
      when={document()}
      fallback={<Empty title="This document is not here any more">It was moved or removed on the machine.</Empty>}
    >
      {(found) => (
        <article>
          <header class="spec-head">
            <p class="crumb">
              <button type="button" class="button plain icon" aria-label="Back" onClick={() => history.back()}>
                <Icon name="back" />
              </button>
              <span class="mono">{found().path}</span>
            </p>
            <h1>{found().title ?? found().path.split('/').at(-1)}</h1>
            <Show when={writeKind(found()) !== undefined && !editing()}>
              <button
                type="button"
                class="button"
                disabled={!mayEdit(app, props.machine.id)}
                onClick={() => setEditing(true)}
              >
                Edit
              </button>
            </Show>
          </header>
          <Show
            when={!editing()}
            fallback={<Editor machine={props.machine.id} document={found()} onClose={() => setEditing(false)} />}
          >
            <DocumentBody machine={props.machine.id} document={found()} />
          </Show>
          <Facts document={found()} />
        </article>
      )}
    </Show>
  );
}

/** By which command a document can be written as a whole; undefined where it cannot. */
function writeKind({ kind, path }: DocumentOf): 'spec' | 'steering' | undefined {
  if (!path.endsWith('.md')) return undefined;
  if (kind === 'steering') return 'steering';
  return specKinds.includes(kind) ? 'spec' : undefined;
}

/** Bound to the rev that it was opened with, whatever arrives meanwhile. */
function Editor(props: { machine: string; document: DocumentOf; onClose: () => void }) {
  const app = useApp();
  const opened = props.document;
  const [original] = createResource(async () => (await app.body(props.machine, opened.rev)) ?? '');
  const [text, setText] = createSignal<string>();
  const isChanged = () => text() !== undefined && text() !== original();
  const guard = (event: BeforeUnloadEvent) => isChanged() && event.preventDefault();
  addEventListener('beforeunload', guard);
  onCleanup(() => removeEventListener('beforeunload', guard));
  const save = () => {
    const { project, path, rev } = opened;
    const spec = specArgOf(opened);
    const [name, content] = [path.split('/').at(-1) ?? '', text() ?? ''];
    if (writeKind(opened) === 'steering') {
      const document = name.replace(/\.md$/, '') as 'product';
      send(app, props.machine, 'steering-write', { project, document, content }, { ifRev: rev });
    } else send(app, props.machine, 'spec-document-write', { project, spec, document: name, content }, { ifRev: rev });
    props.onClose();
  };
  return (
    <div class="stack">
      <Show when={props.document.rev !== opened.rev}>
        <p class="strip">
          The file has changed on the machine while you write. Saving will show both versions and lose neither.
        </p>
      </Show>
      <textarea
        class="field"
        aria-label={`Text of ${opened.path}`}
        value={text() ?? original() ?? ''}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="row">
        <button type="button" class="button primary" disabled={!isChanged()} onClick={save}>
          Save on the machine
        </button>
        <button
          type="button"
          class="button"
          onClick={() => (!isChanged() || confirm('Leave without saving?')) && props.onClose()}
        >
          Cancel
        </button>
      </div>
    </div>
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
