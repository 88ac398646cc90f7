/** The specs as a board: a column for each status, of any length; cards move by a menu, without dragging. */
import { createVirtualizer } from '@tanstack/solid-virtual';
import { For } from 'solid-js';
import { type SpecStatus, specStatuses } from '#contract/meta.ts';
import { statusWords } from '../words.ts';
import { MoveTo } from './MoveTo.tsx';
import { keyOf } from './rows.ts';
import type { SpecListProps } from './SpecList.tsx';
import { SpecRow } from './SpecRow.tsx';
import type { Spec } from './spec-groups.ts';

/** Px of a card; the true height is measured. */
const cardPx = 84;

/** Archived specs have a column only where they are asked for. */
export function Board(props: SpecListProps) {
  const of = (status: SpecStatus) => props.specs.filter((spec) => spec.status === status);
  const isShown = (status: SpecStatus) =>
    of(status).length > 0 && (status !== 'archived' || props.query.status === 'archived');
  return (
    <div class="board">
      <For each={specStatuses.filter(isShown)}>
        {(status) => <Column {...props} status={status} specs={of(status)} />}
      </For>
    </div>
  );
}

function Column(props: SpecListProps & { readonly status: SpecStatus }) {
  let box: HTMLDivElement | undefined;
  const cards = createVirtualizer<HTMLElement, HTMLElement>({
    get count() {
      return props.specs.length;
    },
    getScrollElement: () => box ?? null,
    estimateSize: () => cardPx,
    getItemKey: (index) => (props.specs[index] === undefined ? index : keyOf(props.specs[index])),
    overscan: 4,
  });
  const specAt = (index: number) => props.specs[index] as Spec;
  function move(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const here = (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset.index;
    const next = Number(here) + step;
    if (step === 0 || here === undefined || props.specs[next] === undefined) return;
    event.preventDefault();
    cards.scrollToIndex(next, { align: 'auto' });
    requestAnimationFrame(() => box?.querySelector<HTMLElement>(`[data-index="${next}"] a.title`)?.focus());
  }
  return (
    <section class="board-column" aria-label={statusWords[props.status].label}>
      <h2 class="spec-group">
        {statusWords[props.status].label} <span class="mono">{props.specs.length}</span>
      </h2>
      <div ref={box} class="board-cards">
        <ul style={{ height: `${cards.getTotalSize()}px` }} class="spec-list" onKeyDown={move}>
          <For each={cards.getVirtualItems()}>
            {(item) => (
              <li
                data-index={item.index}
                ref={(card) => queueMicrotask(() => cards.measureElement(card))}
                class="spec-line"
                style={{ transform: `translateY(${item.start}px)` }}
                aria-setsize={props.specs.length}
                aria-posinset={item.index + 1}
              >
                <SpecRow
                  machine={props.machine}
                  spec={specAt(item.index)}
                  query={props.query}
                  isChosen={props.isChosen(specAt(item.index))}
                  isNew={props.isNew(specAt(item.index))}
                >
                  <MoveTo machine={props.machine} spec={specAt(item.index)} />
                </SpecRow>
              </li>
            )}
          </For>
        </ul>
      </div>
    </section>
  );
}
