/** A draft of a document: that it is there, why it was not applied, and how to go on. */
import { createSignal, lazy, Show, Suspense } from 'solid-js';
import { Portal } from 'solid-js/web';
import type { Draft, Wish } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { atTime } from '../../ui/time.ts';
import { send } from '../editing.ts';
import { isUnderWay, wishOfDraft } from './draft-state.ts';
import { textWriteOf } from './text-writes.ts';
import './editor.css';
import { machinesOf } from '../../state/facts/sorts.ts';

const TextConflict = lazy(async () => ({ default: (await import('./TextConflict.tsx')).TextConflict }));

/** `onWrite` absent: there is no editor for it, because the document is gone or cannot be written (any more). */
export function DraftNote(props: { draft: Draft; onWrite?: (() => void) | undefined }) {
  const app = useApp();
  const [deciding, setDeciding] = createSignal<Wish>();
  const key = () => draftKey(props.draft.machine, props.draft.document);
  const wish = () => wishOfDraft(props.draft, app.state.wishes);
  const conflict = () => {
    const sent = wish();
    return sent?.state === 'conflict' && sent.problem?.currentRev !== undefined ? sent : undefined;
  };
  const discard = () => confirm('Discard what you typed?') && app.dropDraft(key());
  return (
    <section class="draft-note" aria-label="Your draft">
      <Show
        when={!isUnderWay(props.draft, app.state.wishes)}
        fallback={<p>Your change is on its way to the machine. Until it is applied, it is kept on this device.</p>}
      >
        <p>
          <strong>You have a draft</strong> from {atTime(props.draft.changedAt)}, kept on this device.{' '}
          {reasonOf(wish(), props.onWrite !== undefined)}
        </p>
        <div class="row wrap">
          <Show when={conflict()}>
            {(sent) => (
              <button type="button" class="button primary" onClick={() => setDeciding(sent())}>
                Decide
              </button>
            )}
          </Show>
          <Show when={props.onWrite}>
            {(write) => (
              <button type="button" class="button" classList={{ primary: !conflict() }} onClick={() => write()()}>
                Continue editing
              </button>
            )}
          </Show>
          <CopyButton text={props.draft.text} label="Copy the text" />
          <Show when={props.onWrite === undefined}>
            <WriteAnew draft={props.draft} />
          </Show>
          <button type="button" class="button plain danger" onClick={discard}>
            Discard
          </button>
        </div>
        <Show when={props.onWrite === undefined}>
          <pre class="plain-text">{props.draft.text}</pre>
        </Show>
      </Show>
      <Show when={deciding()}>
        {(sent) => (
          <Portal>
            <Suspense>
              <TextConflict wish={sent()} onClose={() => setDeciding(undefined)} />
            </Suspense>
          </Portal>
        )}
      </Show>
    </section>
  );
}

function reasonOf(wish: Wish | undefined, isThere: boolean): string {
  if (wish?.state === 'conflict' && isThere) return 'Not applied: someone else saved the file first.';
  const problem = wish?.state === 'done' ? undefined : wish?.problem;
  if (problem !== undefined) return `Not applied: ${problem.detail ?? problem.title}`;
  return isThere ? '' : 'The document is no longer on the machine.';
}

/** Makes a document again that was removed while somebody wrote in it. */
function WriteAnew(props: { draft: Draft }) {
  const app = useApp();
  const how = () => {
    const machine = machinesOf(app.state)[props.draft.machine];
    return machine && textWriteOf(machine, props.draft.document);
  };
  return (
    <Show when={how()}>
      {(write) => (
        <button
          type="button"
          class="button"
          onClick={() => {
            const args = { ...write().args, content: props.draft.text };
            send(app, props.draft.machine, write().kind, args as never, { ifRev: 'absent', draft: props.draft });
          }}
        >
          Create the file again
        </button>
      )}
    </Show>
  );
}
