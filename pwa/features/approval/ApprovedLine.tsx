/** Says of a document who approved it, and whether it is still the text that was approved; if not, it shows what has changed since. */
import { createSignal, lazy, Show, Suspense } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { useApp } from '../../state/context.ts';
import { atTime } from '../../ui/time.ts';
import { decisionsOn } from './decisions.ts';
import './approved-line.css';

const SinceApproved = lazy(async () => ({ default: (await import('./SinceApproved.tsx')).SinceApproved }));

export function ApprovedLine(props: { machine: string; document: Document }) {
  const { state } = useApp();
  const [isOpen, setOpen] = createSignal(false);
  const approved = () =>
    decisionsOn(state, props.machine, { project: props.document.project, file: props.document.path }).find(
      ({ meta, state: now }) => meta.status === 'approved' && (now === 'decided' || now === 'taken'),
    );
  const changed = () => {
    const { file_rev: rev, category } = approved()?.meta ?? {};
    if (typeof rev !== 'string' || rev === props.document.rev) return undefined;
    return { approvedRev: rev, category: typeof category === 'string' ? category : '' };
  };
  return (
    <Show when={approved()}>
      {(decision) => (
        <>
          <p class="small soft approved-line">
            Approved{typeof decision().meta.by === 'string' ? ` by ${String(decision().meta.by)}` : ''},{' '}
            {atTime(String(decision().meta.responded_at ?? decision().createdAt))}
            <Show when={decision().meta.file_rev} fallback=".">
              <Show when={changed()} fallback=", this text.">
                . Changed since approved.{' '}
                <button type="button" class="text-button" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
                  {isOpen() ? 'Hide what changed' : 'See what changed'}
                </button>
              </Show>
            </Show>
          </p>
          <Show when={isOpen() && changed()}>
            {(since) => (
              <Suspense>
                <SinceApproved
                  machine={props.machine}
                  project={props.document.project}
                  file={props.document.path}
                  rev={props.document.rev}
                  {...since()}
                />
              </Suspense>
            )}
          </Show>
        </>
      )}
    </Show>
  );
}
