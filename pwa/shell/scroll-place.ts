/** Keeps the scroll place of each step of the history, and goes back to it. A list of any length works, as long as its height is there within a second. */
import { createEffect, on, onCleanup } from 'solid-js';
import { arrived } from '../router.ts';
import { isWide } from '../ui/wide.ts';

const storageKey = 'sallyport.scroll';
/** Steps whose places are kept. */
const keptMax = 50;
/** How long the height of a screen may take to come, in ms. */
const patienceMs = 1000;

interface Kept {
  readonly top: number;
  /** The link that was followed from there: its address, and how far below the edge of the screen it was, in px. */
  readonly link?: { readonly href: string; readonly at: number } | undefined;
}

/** How long the link has to stay where it was, in frames: rows above it may still be measured. */
const steadyFrames = 10;

/** What scrolls: the page on a phone, the first column on a desktop. */
function scroller(): Element | null {
  if (!isWide()) return document.scrollingElement;
  return document.querySelector('main .column') ?? document.querySelector('main.content');
}

/** Call it once, in the frame. */
export function keepScrollPlaces(): void {
  const places = new Map<number, Kept>(stored());
  let here = arrived().step.id;
  let restoring = 0;

  function note(link?: Kept['link']): void {
    const kept = { top: scroller()?.scrollTop ?? 0, link: link ?? places.get(here)?.link };
    // Last in the order of the map: the oldest goes first.
    places.delete(here);
    places.set(here, kept);
    for (const [oldest] of places) if (places.size > keptMax) places.delete(oldest);
  }

  /** By the link that was followed, where there is one: rows may be of another height than when they were left. */
  function restore({ top, link }: Kept): void {
    const since = performance.now();
    let steady = 0;
    const step = () => {
      const box = scroller();
      if (box === null) return;
      const row = link && document.querySelector<HTMLElement>(`main a[href="${CSS.escape(link.href)}"]`);
      const off = row ? row.getBoundingClientRect().top - link.at : top - box.scrollTop;
      if (Math.abs(off) > 1) box.scrollTop += off;
      steady = Math.abs(off) > 1 ? 0 : steady + 1;
      if (row && document.activeElement !== row) row.focus({ preventScroll: true });
      if (steady < steadyFrames && performance.now() - since < patienceMs) restoring = requestAnimationFrame(step);
    };
    step();
  }

  const onScroll = (event: Event) => {
    if (event.target === document || event.target === scroller()) note();
  };
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('main a[href^="#"]') : null;
    if (link !== null) note({ href: link.getAttribute('href') ?? '', at: link.getBoundingClientRect().top });
  };
  // The person goes on from there: what they followed before is no longer where they are.
  const onMove = () => {
    cancelAnimationFrame(restoring);
    places.set(here, { top: scroller()?.scrollTop ?? 0 });
  };
  const onHide = () => sessionStorage.setItem(storageKey, JSON.stringify([...places]));
  addEventListener('scroll', onScroll, { capture: true, passive: true });
  addEventListener('click', onClick, { capture: true });
  const moves = ['wheel', 'touchstart', 'keydown'] as const;
  for (const move of moves) addEventListener(move, onMove, { passive: true });
  addEventListener('pagehide', onHide);
  onCleanup(() => {
    removeEventListener('scroll', onScroll, { capture: true });
    removeEventListener('click', onClick, { capture: true });
    for (const move of moves) removeEventListener(move, onMove);
    removeEventListener('pagehide', onHide);
  });
  createEffect(
    on(arrived, ({ step, by }) => {
      cancelAnimationFrame(restoring);
      here = step.id;
      const kept = places.get(step.id);
      if (by === 'forward') {
        if (!isWide()) scroller()?.scrollTo(0, 0);
      } else if (kept !== undefined) restoring = requestAnimationFrame(() => restore(kept));
    }),
  );
}

function stored(): [number, Kept][] {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
  } catch {
    return [];
  }
}
