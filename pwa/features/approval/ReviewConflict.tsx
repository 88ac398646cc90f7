/** A decision that was not made, because the text or the approval was not what the person had seen: why, and the way back to the review. Their words and comments are still there. */
import { Show } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { goTo } from '../../router.ts';
import type { Wish } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { Sheet } from '../../ui/sheet.tsx';

const sentences: Readonly<Record<string, string>> = {
  'reviewed-file-changed': 'The text has changed since you read it, so nothing was decided.',
  'already-decided': 'Somebody has decided it already.',
  'approval-gone': 'The agent has withdrawn the request, or has read a decision and removed it.',
};

export function isReviewKind(kind: string): boolean {
  return kind === 'approval-update' || kind === 'approval-reopen';
}

export function ReviewConflict(props: { wish: Wish; onClose: () => void }) {
  const app = useApp();
  const code = () => props.wish.problem?.code ?? '';
  const leave = () => {
    app.dismiss(props.wish.id);
    props.onClose();
  };
  const review = () => {
    const { project, approval } = props.wish.args as { project: string; approval: string };
    const item = approval.split('/').at(-1);
    leave();
    goTo(hrefTo({ machine: props.wish.machine, project, place: 'approval', item }));
  };
  return (
    <Sheet title="Not decided" onClose={props.onClose}>
      <p>{sentences[code()] ?? 'Somebody has changed the approval, for example added a comment.'}</p>
      <Show when={props.wish.problem?.detail}>{(detail) => <p class="small soft">{detail()}</p>}</Show>
      <div class="row wrap">
        <Show when={code() !== 'approval-gone'}>
          <button type="button" class="button primary" onClick={review}>
            {code() === 'already-decided' ? 'See the decision' : 'See what changed'}
          </button>
        </Show>
        <button type="button" class="button" onClick={leave}>
          Leave it
        </button>
      </div>
    </Sheet>
  );
}
