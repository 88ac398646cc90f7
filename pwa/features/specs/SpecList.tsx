/** The specs as a list of any length: only what is seen is in the page. */
import {
  createVirtualizer,
  createWindowVirtualizer,
  defaultRangeExtractor,
  type Range,
  type VirtualItem,
} from '@tanstack/solid-virtual';
import { createMemo, createSignal, For, mergeProps, onCleanup, onMount, Show } from 'solid-js';
import { isWide } from '../../ui/wide.ts';
import { statusWords } from '../words.ts';
import { type Line, linesOf } from './rows.ts';
import { SpecRow } from './SpecRow.tsx';
import type { Spec } from './spec-groups.ts';

export interface SpecListProps {
  readonly machine: string;
  readonly specs: readonly Spec[];
  readonly query: Readonly<Record<string, string>>;
  readonly isChosen: (spec: Spec) => boolean;
  readonly isNew: (spec: Spec) => boolean;
  /** How they are ordered, in words. */
  readonly order: string;
  /** Names the list, so that the heights of its rows are known when it is shown again. */
  readonly name: string;
}

/** Px of a head, and of rows whose titles take one line and two; the true ones are measured. */
const headPx = 40;
const rowPx = [62, 82] as const;
/** How many letters of a title fit in a line of a phone. */
const lineLetters = 30;

/** Measured heights of lists that were shown, by name. */
const measured = new Map<string, VirtualItem[]>();

export function SpecList(props: SpecListProps) {
  let box: HTMLUListElement | undefined;
  const lines = createMemo(() => linesOf(props.specs));
  const [margin, setMargin] = createSignal(0);
  const heads = createMemo(() => lines().flatMap(({ is }, index) => (is === 'head' ? [index] : [])));
  const headAt = (index: number) => heads().findLast((head) => head <= index) ?? 0;
  const [sticky, setSticky] = createSignal(0);
  const estimate = (index: number) => {
    const line = lines()[index];
    if (line === undefined || line.is === 'head') return headPx;
    return line.spec.title.length > lineLetters ? rowPx[1] : rowPx[0];
  };
  const options = {
    get count() {
      return lines().length;
    },
    get scrollMargin() {
      return margin();
    },
    estimateSize: estimate,
    getItemKey: (index: number) => lines()[index]?.key ?? index,
    overscan: 4,
    initialMeasurementsCache: measured.get(props.name) ?? [],
    // The head of the first row that is seen stays in the page, and at the top.
    rangeExtractor: (range: Range) => {
      const head = headAt(range.startIndex);
      setSticky(head);
      return [...new Set([head, ...defaultRangeExtractor(range)])].sort((a, b) => a - b);
    },
  };
  const rows = isWide()
    ? createVirtualizer<Element, HTMLElement>(
        mergeProps(options, { getScrollElement: () => box?.closest('.column') ?? null }),
      )
    : createWindowVirtualizer<HTMLElement>(options);
  onMount(() => {
    const look = () => setMargin(offsetWithin(box));
    look();
    const watcher = new ResizeObserver(look);
    if (box?.parentElement) watcher.observe(box.parentElement);
    onCleanup(() => watcher.disconnect());
  });
  onCleanup(() => measured.set(props.name, rows.measurementsCache));

  /** Arrow keys move between rows, also to those that are not in the page yet. */
  function move(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const here = (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset.index;
    if (step === 0 || here === undefined) return;
    let next = Number(here) + step;
    while (lines()[next]?.is === 'head') next += step;
    if (lines()[next] === undefined) return;
    event.preventDefault();
    rows.scrollToIndex(next, { align: 'auto' });
    requestAnimationFrame(() =>
      box?.querySelector<HTMLElement>(`[data-index="${next}"] a.title`)?.focus({ preventScroll: true }),
    );
  }

  return (
    <ul ref={box} class="spec-list" style={{ height: `${rows.getTotalSize()}px` }} onKeyDown={move} aria-label="Specs">
      <For each={rows.getVirtualItems()}>
        {(item) => {
          const line = () => lines()[item.index];
          const isSticky = () => line()?.is === 'head' && item.index === sticky();
          return (
            <li
              data-index={item.index}
              ref={(row) => queueMicrotask(() => rows.measureElement(row))}
              class="spec-line"
              classList={{ 'spec-head-line': line()?.is === 'head', sticky: isSticky() }}
              style={isSticky() ? {} : { transform: `translateY(${item.start - margin()}px)` }}
              aria-setsize={lines().length}
              aria-posinset={item.index + 1}
            >
              <LineOf {...props} line={line()} isFirst={item.index === 0} />
            </li>
          );
        }}
      </For>
    </ul>
  );
}

function LineOf(props: SpecListProps & { readonly line: Line | undefined; readonly isFirst: boolean }) {
  const head = () => (props.line?.is === 'head' ? props.line : undefined);
  const spec = () => (props.line?.is === 'spec' ? props.line.spec : undefined);
  return (
    <>
      <Show when={head()}>
        {(line) => (
          <h2 class="spec-group">
            {statusWords[line().status].label} <span class="mono">{line().count}</span>
            <Show when={props.isFirst}>
              <span class="spread">{props.order}</span>
            </Show>
          </h2>
        )}
      </Show>
      <Show when={spec()}>
        {(shown) => (
          <SpecRow
            machine={props.machine}
            spec={shown()}
            query={props.query}
            isChosen={props.isChosen(shown())}
            isNew={props.isNew(shown())}
          />
        )}
      </Show>
    </>
  );
}

/** Px from the top of what scrolls to the top of the list. */
function offsetWithin(box: HTMLElement | undefined): number {
  if (box === undefined) return 0;
  const scroller = box.closest('.column');
  const top = box.getBoundingClientRect().top;
  return isWide() && scroller !== null
    ? top - scroller.getBoundingClientRect().top + scroller.scrollTop
    : top + scrollY;
}
