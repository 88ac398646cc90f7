/** All of the text under review, as it reads; a tap on a paragraph or a selection makes a comment on it. */
import { createSignal, lazy, onCleanup, Show, Suspense, untrack } from 'solid-js';
import type { ApprovalComment } from '#contract/approvals/approval.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { Empty } from '../../ui/empty.tsx';
import { visible } from '../documents/Changes.tsx';
import { createLinker } from '../documents/links.ts';
import type { Note } from '../documents/notes.ts';
import { lineAt, lineOfComment, type OwnComment, type Quote, quoteOf } from './review.ts';

const Markdown = lazy(async () => ({ default: (await import('../documents/Markdown.tsx')).Markdown }));

interface DocumentProps {
  readonly machine: string;
  readonly project: string;
  readonly content: ResultOf<'approval-content'> | undefined;
  /** Why there is no text to see. */
  readonly why: string | undefined;
  readonly comments: readonly ApprovalComment[];
  readonly own: readonly OwnComment[];
  readonly onQuote: ((quote: Quote) => void) | undefined;
}

export function DocumentTab(props: DocumentProps) {
  return (
    <Show
      when={props.content}
      fallback={
        <Empty title="The text cannot be shown">
          {props.why ?? 'It is not on this device, and the relay cannot be reached.'}
          <Show when={props.onQuote}> You can still decide; then you decide without having seen it.</Show>
        </Empty>
      }
    >
      {(content) => (
        <Show when={/\.(md|markdown)$/i.test(content().file)} fallback={<Plain {...props} text={content().content} />}>
          <Rendered {...props} content={content()} />
        </Show>
      )}
    </Show>
  );
}

function Plain(props: DocumentProps & { readonly text: string }) {
  return <pre class="plain-text">{visible(props.text)}</pre>;
}

function Rendered(props: DocumentProps & { readonly content: ResultOf<'approval-content'> }) {
  const app = useApp();
  let host: HTMLDivElement | undefined;
  const [selected, setSelected] = createSignal<Quote>();
  const linker = () =>
    untrack(() => {
      const all = Object.values(documentsOf(app.state, props.machine));
      const from = all.find(({ project, path }) => project === props.project && path === props.content.file);
      return from && createLinker(props.machine, from, all);
    });
  const linesAt = (node: Node | null) => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (element?.closest('[data-note]')) return undefined;
    const block = element?.closest<HTMLElement>('[data-lines]');
    if (block === undefined || block === null || host?.contains(block) !== true) return undefined;
    return (block.dataset.lines ?? '').split('-').map(Number);
  };
  const quoteAt = (first: Node | null, last: Node | null, words: string) => {
    const lines = [linesAt(first), linesAt(last)].flatMap((each) => each ?? []);
    if (lines.length === 0) return undefined;
    return quoteOf(props.content.content, Math.min(...lines), Math.max(...lines), words);
  };
  const watchSelection = () => {
    const selection = getSelection();
    const isText = selection !== null && !selection.isCollapsed;
    setSelected(isText ? quoteAt(selection.anchorNode, selection.focusNode, selection.toString()) : undefined);
  };
  document.addEventListener('selectionchange', watchSelection);
  onCleanup(() => document.removeEventListener('selectionchange', watchSelection));
  const tap = ({ target }: MouseEvent) => {
    const isControl = target instanceof Element && target.closest('a, button') !== null;
    if (isControl || getSelection()?.isCollapsed === false) return;
    const quote = quoteAt(target as Node, null, '');
    if (quote !== undefined) props.onQuote?.(quote);
  };
  return (
    <Show when={linker()} fallback={<Plain {...props} text={props.content.content} />}>
      {(links) => (
        <>
          {/* By keyboard, a line of the changes takes a comment. */}
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for a thumb */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for a thumb */}
          <div
            ref={host}
            class="review-document"
            classList={{ commentable: props.onQuote !== undefined }}
            onClick={tap}
          >
            <Suspense>
              <Markdown
                text={props.content.content}
                boxes="none"
                linker={links()}
                find={undefined}
                notes={notesOf(props.content.content, props.comments, props.own)}
                onTick={undefined}
              />
            </Suspense>
          </div>
          <Show when={props.onQuote !== undefined && selected()}>
            {(quote) => (
              <button
                type="button"
                class="button primary review-selection"
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => props.onQuote?.(quote())}
              >
                Comment on the selection
              </button>
            )}
          </Show>
        </>
      )}
    </Show>
  );
}

/** The comments that are about a line of the text. */
function notesOf(text: string, said: readonly ApprovalComment[], own: readonly OwnComment[]): readonly Note[] {
  const before = said.flatMap((comment) => {
    const line = lineOfComment(text, comment);
    return line === undefined
      ? []
      : [{ line, words: comment.comment, isOwn: false, head: `Line ${line} · said before` }];
  });
  const mine = own.flatMap(({ quote, comment }) => {
    if (quote === undefined) return [];
    const line = lineAt(text, quote.end);
    return [{ line, words: comment, isOwn: true, head: `Line ${line} · you, sent with your decision` }];
  });
  return [...before, ...mine].map((note) => ({ ...note, words: visible(note.words) }));
}
