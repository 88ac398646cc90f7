/** What has changed since the text that was decided on last, or another one: hunks with the lines around, and a comment on any line that is there now. */
import { createMemo, createSignal, For, onCleanup, Show } from 'solid-js';
import type { ApprovalComment } from '#contract/approvals/approval.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { DiffLine } from '#contract/text-diff.ts';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { visible } from '../documents/Changes.tsx';
import { counted } from '../words.ts';
import { triggerWords } from './HistoryTab.tsx';
import { type Fold, foldLines, lineAt, lineOfComment, linesOf, type OwnComment, type Quote } from './review.ts';

interface ChangesProps {
  readonly diff: (Pick<ResultOf<'approval-diff'>, 'chunks'> & { readonly from?: number }) | undefined;
  readonly text?: string | undefined;
  readonly comments?: readonly ApprovalComment[];
  readonly own?: readonly OwnComment[];
  readonly onQuote?: ((quote: Quote) => void) | undefined;
  /** How many of the changes were on the screen so far. */
  readonly onSeen?: (seen: number, all: number) => void;
  /** Texts that it can be compared with, the newest first. */
  readonly versions?: ResultOf<'approval-snapshots'>['items'];
  readonly onFrom?: (from: string) => void;
}

/** What lies below the bar of the decision is not seen. */
const belowBar = { rootMargin: '0px 0px -190px' };

export function ChangesTab(props: ChangesProps) {
  const folds = createMemo(() => foldLines((props.diff?.chunks[0]?.lines ?? []) as readonly DiffLine[]));
  const said = createMemo(() => saidByLine(props));
  const seen = new Set<Element>();
  const all = new Set<Element>();
  const eye = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) seen.add(target);
    props.onSeen?.(seen.size, all.size);
  }, belowBar);
  onCleanup(() => eye.disconnect());
  const look = (hunk: Element) => {
    all.add(hunk);
    eye.observe(hunk);
    // Another text has other changes.
    onCleanup(() => {
      eye.unobserve(hunk);
      all.delete(hunk);
      seen.delete(hunk);
    });
  };
  return (
    <>
      <Show when={props.onFrom !== undefined && (props.versions?.length ?? 0) > 0}>
        <Versions {...props} />
      </Show>
      <Show
        when={props.diff}
        fallback={<Empty title="The changes cannot be shown">Read the document, or the file on the machine.</Empty>}
      >
        <Show when={folds().some(({ is }) => is === 'hunk')} fallback={<p class="soft review-none">No changes.</p>}>
          <div class="diff">
            <For each={folds()}>{(fold) => <Part fold={fold} said={said()} onHunk={look} {...props} />}</For>
          </div>
        </Show>
      </Show>
    </>
  );
}

/** What the text is compared with. */
function Versions(props: ChangesProps) {
  return (
    <label class="diff-from small soft">
      Compared with{' '}
      <select class="field" onChange={({ currentTarget }) => props.onFrom?.(currentTarget.value)}>
        <For each={props.versions}>
          {({ version, trigger }) => (
            <option value={String(version)} selected={props.diff?.from === version}>
              version {version}, {triggerWords[trigger]?.toLowerCase() ?? trigger}
            </option>
          )}
        </For>
        <option value="0" selected={props.diff?.from === 0}>
          nothing (all of it is new)
        </option>
      </select>
    </label>
  );
}

/** A comment below its line; `own`: the person's, not sent yet. */
interface Said {
  readonly comment: string;
  readonly own: boolean;
}

/** The comments by the 1-based line that they stand below. */
function saidByLine({
  text = '',
  comments = [],
  own = [],
}: ChangesProps): ReadonlyMap<number | undefined, readonly Said[]> {
  const all = [
    ...comments.map((said) => ({ line: lineOfComment(text, said), comment: said.comment, own: false })),
    ...own.map(({ comment, quote }) => ({ line: quote && lineAt(text, quote.end), comment, own: true })),
  ];
  return Map.groupBy(all, ({ line }) => line);
}

/** How many lines of a part are drawn at first: a new text may have thousands. */
const drawnFirst = 500;

interface PartProps extends ChangesProps {
  readonly said: ReadonlyMap<number | undefined, readonly Said[]>;
}

function Part(props: PartProps & { readonly fold: Fold; readonly onHunk: (hunk: Element) => void }) {
  const [most, setMost] = createSignal(drawnFirst);
  const [isOpen, setIsOpen] = createSignal(false);
  const isShown = () => props.fold.is === 'hunk' || isOpen();
  return (
    <>
      <Show when={!isShown()}>
        <button type="button" class="diff-unfold" onClick={() => setIsOpen(true)}>
          <Icon name="unfold" />
          <span>{[`${counted(props.fold.lines.length, 'line')} as before`, ...named(props.fold)].join(' · ')}</span>
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
        <For each={props.fold.lines.slice(0, most())}>{(line) => <Line line={line} {...props} />}</For>
        <Show when={props.fold.lines.length > most()}>
          <button type="button" class="diff-unfold" onClick={() => setMost(most() + drawnFirst)}>
            Show {Math.min(drawnFirst, props.fold.lines.length - most())} more of{' '}
            {counted(props.fold.lines.length, 'line')}
          </button>
        </Show>
      </Show>
    </>
  );
}

/** What a fold hides, in a few words. */
function named(fold: Fold): string[] {
  if (fold.is !== 'same' || fold.headings.length === 0) return [];
  const more = fold.headings.length - namedMax;
  return [fold.headings.slice(0, namedMax).map(visible).join(', ') + (more > 0 ? ` and ${more} more` : '')];
}

const namedMax = 3;

const shape = { add: 'added', delete: 'removed', normal: 'same' } as const;
const signs = { add: '+', delete: '−', normal: ' ' } as const;
const spoken = { add: 'Added: ', delete: 'Removed: ', normal: '' } as const;

function Line(props: PartProps & { readonly line: DiffLine }) {
  const number = () => props.line.newLineNumber ?? props.line.oldLineNumber ?? 0;
  const takesComment = () =>
    props.onQuote !== undefined && props.line.newLineNumber !== undefined && props.line.content !== '';
  const quote = () => {
    const place = linesOf(props.text ?? '', number(), number());
    if (place !== undefined) props.onQuote?.(place);
  };
  const said = () => (props.line.newLineNumber === undefined ? [] : (props.said.get(props.line.newLineNumber) ?? []));
  return (
    <>
      <div class={`diff-line ${shape[props.line.type]}`}>
        <Show when={takesComment()} fallback={<span class="diff-number">{number()}</span>}>
          <button type="button" class="diff-number" aria-label={`Comment on line ${number()}`} onClick={quote}>
            {number()}
          </button>
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
