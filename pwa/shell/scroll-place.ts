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
  /** Address of the link that was followed from there. */
  readonly link?: string | undefined;
}

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

  function note(link?: string): void {
    places.delete(here);
    places.set(here, { top: scroller()?.scrollTop ?? 0, link: link ?? places.get(here)?.link });
    for (const [oldest] of places) if (places.size > keptMax) places.delete(oldest);
  }

  function restore({ top, link }: Kept): void {
    const since = performance.now();
    const step = () => {
      const box = scroller();
      if (box === null) return;
      box.scrollTop = top;
      const row =
        link === undefined ? undefined : document.querySelector<HTMLElement>(`main a[href="${CSS.escape(link)}"]`);
      row?.focus({ preventScroll: true });
      // A row is drawn only once its place is seen.
      const isThere = Math.abs(box.scrollTop - top) < 2 && row !== null;
      if (!isThere && performance.now() - since < patienceMs) restoring = requestAnimationFrame(step);
    };
    step();
  }

  const onScroll = (event: Event) => {
    if (event.target === document || event.target === scroller()) note();
  };
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('main a[href^="#"]') : null;
    if (link !== null) note(link.getAttribute('href') ?? undefined);
  };
  const onTouch = () => cancelAnimationFrame(restoring);
  const onHide = () => sessionStorage.setItem(storageKey, JSON.stringify([...places]));
  addEventListener('scroll', onScroll, { capture: true, passive: true });
  addEventListener('click', onClick, { capture: true });
  addEventListener('wheel', onTouch, { passive: true });
  addEventListener('touchstart', onTouch, { passive: true });
  addEventListener('pagehide', onHide);
  onCleanup(() => {
    removeEventListener('scroll', onScroll, { capture: true });
    removeEventListener('click', onClick, { capture: true });
    removeEventListener('wheel', onTouch);
    removeEventListener('touchstart', onTouch);
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
