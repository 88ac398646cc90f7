/** What has changed since the last approved text: hunks with the lines around, and a comment on any line that is there now. */
import { createSignal, For, onCleanup, Show } from 'solid-js';
import type { ApprovalComment } from '#contract/approvals/approval.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { DiffLine } from '#contract/text-diff.ts';
import { Empty } from '../../ui/empty.tsx';
import { visible } from '../documents/Changes.tsx';
import { counted } from '../words.ts';
import { type Fold, foldLines, lineAt, lineOfComment, linesOf, type OwnComment, type Quote } from './review.ts';

interface ChangesProps {
  readonly diff: ResultOf<'approval-diff'> | undefined;
  readonly text: string | undefined;
  readonly comments: readonly ApprovalComment[];
  readonly own: readonly OwnComment[];
  readonly onQuote: ((quote: Quote) => void) | undefined;
  /** How many of the changes were on the screen so far. */
  readonly onSeen: (seen: number, all: number) => void;
}

/** What lies below the bar of the decision is not seen. */
const belowBar = { rootMargin: '0px 0px -190px' };

export function ChangesTab(props: ChangesProps) {
  const folds = () => foldLines((props.diff?.chunks[0]?.lines ?? []) as readonly DiffLine[]);
  const seen = new Set<Element>();
  const all = new Set<Element>();
  const eye = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) seen.add(target);
    props.onSeen(seen.size, all.size);
  }, belowBar);
  onCleanup(() => eye.disconnect());
  const look = (hunk: Element) => {
    all.add(hunk);
    eye.observe(hunk);
  };
  return (
    <Show
      when={props.diff}
      fallback={<Empty title="The changes cannot be shown">Read the document, or the file on the machine.</Empty>}
    >
      <Show when={folds().some(({ is }) => is === 'hunk')} fallback={<p class="soft review-none">No changes.</p>}>
        <div class="diff">
          <For each={folds()}>{(fold) => <Part fold={fold} onHunk={look} {...props} />}</For>
        </div>
      </Show>
    </Show>
  );
}

function Part(props: ChangesProps & { readonly fold: Fold; readonly onHunk: (hunk: Element) => void }) {
  const [isOpen, setIsOpen] = createSignal(false);
  const isShown = () => props.fold.is === 'hunk' || isOpen();
  return (
    <>
      <Show when={!isShown()}>
        <button type="button" class="diff-unfold" onClick={() => setIsOpen(true)}>
          {counted(props.fold.lines.length, 'line')} as before
        </button>
      </Show>
      <Show when={props.fold.is === 'hunk' && props.fold}>
        {(hunk) => (
          <p class="diff-head" tabindex="-1" ref={props.onHunk}>
            <strong>{visible(hunk().heading) || 'Start of the file'}</strong>
            <span class="mono">
              <span class="plus">+{hunk().added}</span> <span class="minus">−{hunk().removed}</span>
            </span>
          </p>
        )}
      </Show>
      <Show when={isShown()}>
        <For each={props.fold.lines}>{(line) => <Line line={line} {...props} />}</For>
      </Show>
    </>
  );
}

const shape = { add: 'added', delete: 'removed', normal: 'same' } as const;
const signs = { add: '+', delete: '−', normal: ' ' } as const;
const spoken = { add: 'Added: ', delete: 'Removed: ', normal: '' } as const;

function Line(props: ChangesProps & { readonly line: DiffLine }) {
  const number = () => props.line.newLineNumber ?? props.line.oldLineNumber ?? 0;
  const quote = () => {
    const { newLineNumber } = props.line;
    return props.text === undefined || newLineNumber === undefined
      ? undefined
      : linesOf(props.text, newLineNumber, newLineNumber);
  };
  const here = (line: number | undefined) => line !== undefined && line === props.line.newLineNumber;
  const said = () => {
    const { text = '' } = props;
    return [
      ...props.comments
        .filter((comment) => here(lineOfComment(text, comment)))
        .map(({ comment }) => ({ comment, own: false })),
      ...props.own
        .filter(({ quote: place }) => place !== undefined && here(lineAt(text, place.end)))
        .map(({ comment }) => ({ comment, own: true })),
    ];
  };
  return (
    <>
      <div class={`diff-line ${shape[props.line.type]}`}>
        <Show when={props.onQuote !== undefined && quote()} fallback={<span class="diff-number">{number()}</span>}>
          {(place) => (
            <button
              type="button"
              class="diff-number"
              aria-label={`Comment on line ${number()}`}
              onClick={() => props.onQuote?.(place())}
            >
              {number()}
            </button>
          )}
        </Show>
        <span aria-hidden="true">{signs[props.line.type]}</span>
        <span class="diff-text">
          <span class="hidden-visually">{spoken[props.line.type]}</span>
          <Words line={props.line} />
        </span>
      </div>
      <For each={said()}>
        {({ comment, own }) => (
          <div class="review-comment">
            <p class="small soft">
              Line {number()} · {own ? 'you, sent with your decision' : 'said before'}
            </p>
            <p>{visible(comment)}</p>
          </div>
        )}
      </For>
    </>
  );
}

function Words(props: { line: DiffLine }) {
  const parts = () => {
    const { content, words = [] } = props.line;
    const found: { readonly text: string; readonly isChanged: boolean }[] = [];
    let at = 0;
    for (const [start, end] of words) {
      found.push(
        { text: content.slice(at, start), isChanged: false },
        { text: content.slice(start, end), isChanged: true },
      );
      at = end;
    }
    return [...found, { text: content.slice(at), isChanged: false }].filter(({ text }) => text !== '');
  };
  return (
    <For each={parts()}>{(part) => (part.isChanged ? <mark>{visible(part.text)}</mark> : visible(part.text))}</For>
  );
}
