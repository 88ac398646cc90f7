/** What is asked before a decision is sent: why, or whether an approval with comments is one. */
import { Show } from 'solid-js';
import type { DecisionName } from '#contract/approvals/approval.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { counted } from '../words.ts';
import '../../ui/form.css';

export function ApproveSheet(props: {
  /** How many comments go with it. */
  readonly comments: number;
  readonly fileRev: string;
  readonly onClose: () => void;
  readonly onSend: (decision: DecisionName) => void;
}) {
  return (
    <Sheet
      title={props.comments === 0 ? 'Approve this text?' : `You wrote ${counted(props.comments, 'comment')}`}
      onClose={props.onClose}
    >
      <Show
        when={props.comments > 0}
        fallback={
          <div class="stack">
            <p>
              The agent goes on with it. Your approval counts for <span class="mono">{props.fileRev.slice(0, 8)}</span>.
            </p>
            <div class="form-foot">
              <button type="button" class="button primary" autofocus onClick={() => props.onSend('approve')}>
                Approve
              </button>
            </div>
          </div>
        }
      >
        <div class="stack">
          <p>An agent that reads “approved” goes on. Should it change something first?</p>
          <button type="button" class="button primary" onClick={() => props.onSend('needs-revision')}>
            Send as needs revision
          </button>
          <button type="button" class="button" onClick={() => props.onSend('approve')}>
            Approve, with the comments
          </button>
        </div>
      </Show>
    </Sheet>
  );
}

export function WordsSheet(props: {
  readonly decision: DecisionName;
  readonly words: string;
  /** Nothing else says why. */
  readonly needsWords: boolean;
  readonly onWords: (words: string) => void;
  readonly onClose: () => void;
  readonly onSend: () => void;
}) {
  const isReject = () => props.decision === 'reject';
  const isReady = () => !props.needsWords || props.words.trim() !== '';
  return (
    <Sheet title={isReject() ? 'Reject' : 'Needs revision'} onClose={props.onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady()) props.onSend();
        }}
      >
        <div class="form-field">
          <label for="review-words">{isReject() ? 'Why?' : 'What should change?'}</label>
          <textarea
            id="review-words"
            class="field"
            rows="4"
            maxlength="10000"
            autofocus
            value={props.words}
            onInput={({ currentTarget }) => props.onWords(currentTarget.value)}
          />
        </div>
        <div class="form-foot">
          <button
            type="submit"
            class="button"
            classList={{ danger: isReject(), primary: !isReject() }}
            disabled={!isReady()}
          >
            {isReject() ? 'Reject' : 'Ask for a revision'}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
