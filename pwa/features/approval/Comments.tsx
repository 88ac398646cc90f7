/** Comments beside a text: those of the person, which go with the decision, and those that were said before. */
import { For, Show } from 'solid-js';
import type { ApprovalComment } from '#contract/approvals/approval.ts';
import { Icon } from '../../ui/icon.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { visible } from '../documents/Changes.tsx';
import '../../ui/form.css';
import { lineAt, lineOfComment, type OwnComment } from './review.ts';

export function Comments(props: {
  readonly text: string;
  readonly comments: readonly ApprovalComment[];
  readonly own: readonly OwnComment[];
  readonly onRemove: (id: string) => void;
  readonly onAdd: (() => void) | undefined;
  /** What is said to the agent with the decision, whichever it is. */
  readonly words: string;
  readonly onWords: (words: string) => void;
}) {
  return (
    <section class="review-comments">
      <Show when={props.onAdd !== undefined || props.comments.length > 0}>
        <h2>Comments</h2>
      </Show>
      <For each={props.own}>
        {({ id, comment, quote }) => (
          <div class="review-comment own">
            <p class="small soft">
              {quote === undefined ? 'On all of it' : `Line ${lineAt(props.text, quote.end)}`} · you, sent with your
              decision
            </p>
            <p>{visible(comment)}</p>
            <button
              type="button"
              class="button plain icon"
              aria-label="Remove comment"
              onClick={() => props.onRemove(id)}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </For>
      <For each={props.comments}>
        {(said) => (
          <div class="review-comment">
            <p class="small soft">{placeOf(props.text, said)} · said before</p>
            <p>{visible(said.comment)}</p>
          </div>
        )}
      </For>
      <Show when={props.onAdd}>
        {(add) => (
          <>
            <button type="button" class="button" onClick={() => add()()}>
              Comment on all of it
            </button>
            <div class="form-field review-words">
              <label for="words-with">Words for the agent, sent with your decision</label>
              <textarea
                id="words-with"
                class="field"
                rows="2"
                maxlength="10000"
                value={props.words}
                onInput={({ currentTarget }) => props.onWords(currentTarget.value)}
              />
            </div>
          </>
        )}
      </Show>
    </section>
  );
}

function placeOf(text: string, comment: ApprovalComment): string {
  const line = lineOfComment(text, comment);
  if (line !== undefined) return `Line ${line}`;
  return comment.selectedText === undefined
    ? 'On all of it'
    : `No longer in the text: “${comment.selectedText.slice(0, 60)}”`;
}

export function CommentSheet(props: {
  readonly quote: { readonly text: string } | undefined;
  readonly onClose: () => void;
  readonly onSave: (comment: string) => void;
}) {
  let field: HTMLTextAreaElement | undefined;
  const save = (event: Event) => {
    event.preventDefault();
    const words = field?.value.trim() ?? '';
    if (words !== '') props.onSave(words);
  };
  return (
    <Sheet title="Comment" onClose={props.onClose}>
      <form class="stack" onSubmit={save}>
        <Show when={props.quote}>
          {(quote) => <blockquote class="review-quote">{visible(quote().text.slice(0, 500))}</blockquote>}
        </Show>
        <div class="form-field">
          <label for="review-comment">What should the agent know?</label>
          <textarea id="review-comment" class="field" ref={field} rows="4" maxlength="10000" autofocus required />
        </div>
        <p class="small soft">It is sent with your decision.</p>
        <div class="form-foot">
          <button type="submit" class="button primary">
            Add comment
          </button>
        </div>
      </form>
    </Sheet>
  );
}
