/** Which checkout of the project has the text on the screen, and the others that have another one. */
import { For, Show } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import { visible } from '../documents/Changes.tsx';

export function Checkouts(props: {
  readonly content: ResultOf<'approval-content'> | undefined;
  /** Why the text, which is on the machine alone, is not shown. */
  readonly unshown: string | undefined;
  /** The one that the person chose. */
  readonly chosen: string | undefined;
  readonly machine: string;
  /** Shows another one; the first one again without a name. */
  readonly onChoose: (checkout: string | undefined) => void;
  readonly onAgain: () => void;
}) {
  const others = () => props.content?.others ?? [];
  const note = () => {
    if (others().length > 0) return 'Your decision counts for this one. Other checkouts have another text.';
    return props.content?.missing ? 'Your decision counts for this one.' : 'The main checkout does not have it.';
  };
  return (
    <>
      <Show when={props.content?.checkout}>
        {(checkout) => (
          <section class="review-said" aria-label="Checkout">
            <Show when={props.content?.missing}>
              {(missing) => (
                <p role="alert">
                  The agent works in the checkout <strong>{visible(missing().checkout)}</strong>, and the text there
                  cannot be shown. {visible(missing().why)}
                </p>
              )}
            </Show>
            <p>
              This is the text in the checkout <strong>{visible(checkout())}</strong>. {note()}
            </p>
            <For each={others()}>
              {(other) => (
                <button type="button" class="button" onClick={() => props.onChoose(other.checkout)}>
                  Show the text in {visible(other.checkout)}
                </button>
              )}
            </For>
          </section>
        )}
      </Show>
      <Show when={props.unshown}>
        {(why) => (
          <section class="review-said" aria-label="Checkout">
            <p>
              The checkouts of this project have different texts of the file. Only {props.machine} can show them.{' '}
              {visible(why())}
            </p>
            <button type="button" class="button" onClick={() => props.onAgain()}>
              Ask again
            </button>
            <Show when={props.chosen !== undefined}>
              <button type="button" class="button" onClick={() => props.onChoose(undefined)}>
                Show another checkout
              </button>
            </Show>
          </section>
        )}
      </Show>
    </>
  );
}
