/** Says of a document who approved it, and whether it is still the text that was approved. */
import { Show } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { useApp } from '../../state/context.ts';
import { atTime } from '../../ui/time.ts';
import { decisionsOn } from './decisions.ts';

export function ApprovedLine(props: { machine: string; document: Document }) {
  const { state } = useApp();
  const approved = () =>
    decisionsOn(state, props.machine, { project: props.document.project, file: props.document.path }).find(
      ({ meta, state: now }) => meta.status === 'approved' && (now === 'decided' || now === 'taken'),
    );
  return (
    <Show when={approved()}>
      {(decision) => (
        <p class="small soft approved-line">
          Approved{typeof decision().meta.by === 'string' ? ` by ${String(decision().meta.by)}` : ''},{' '}
          {atTime(String(decision().meta.responded_at ?? decision().createdAt))}
          <Show when={decision().meta.file_rev} fallback=".">
            {(rev) => <>{rev() === props.document.rev ? ', this text.' : '. The text has changed since.'}</>}
          </Show>
        </p>
      )}
    </Show>
  );
}
