/** A text that changed after the person had read it: what changed since, and nothing is decided before that was shown. */
import { type Accessor, createEffect, createMemo, createSignal, Show } from 'solid-js';
import { diffTexts } from '#contract/text-diff.ts';
import { ChangesTab } from './ChangesTab.tsx';

interface Text {
  readonly rev: string;
  readonly content: string;
}

/** The texts that were on the screen, by review; kept until the app is closed, because one may come back to a review. */
const seenTexts = new Map<string, Text>();

/** Follows what the person has seen of a text: `changed` gives the text that they have seen, if it says something else now. */
export function createSeenText(key: Accessor<string>, now: Accessor<Text | undefined>) {
  const [looks, setLooks] = createSignal(0);
  const seen = () => {
    looks();
    return seenTexts.get(key());
  };
  const see = () => {
    const text = now();
    if (text === undefined) return;
    seenTexts.set(key(), text);
    setLooks((before) => before + 1);
  };
  createEffect(() => {
    if (now() !== undefined && seen() === undefined) see();
  });
  const changed = () => {
    const [before, after] = [seen(), now()];
    return before === undefined || after === undefined || before.rev === after.rev ? undefined : before.content;
  };
  return { changed, see };
}

export function TextChanged(props: { readonly from: string; readonly to: string; readonly onSeen: () => void }) {
  const [isOpen, setIsOpen] = createSignal(false);
  const diff = createMemo(() => {
    try {
      return diffTexts(props.from, props.to);
    } catch {
      // Too large to compare: the tab says so.
      return undefined;
    }
  });
  return (
    <section class="review-said" role="status">
      <p>
        The text has changed since you read it{' '}
        <Show when={diff()}>
          {(of) => (
            <span class="mono small">
              <span class="plus">+{of().additions}</span> <span class="minus">−{of().deletions}</span>
            </span>
          )}
        </Show>
      </p>
      <Show
        when={isOpen()}
        fallback={
          <button type="button" class="button" onClick={() => setIsOpen(true)}>
            Show what changed
          </button>
        }
      >
        <ChangesTab diff={diff()} />
        <button type="button" class="button primary" onClick={() => props.onSeen()}>
          Decide on the new text
        </button>
      </Show>
    </section>
  );
}
