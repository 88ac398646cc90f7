/** Two fingers change the size of type. */
import { typePxMax } from './terminal-size.ts';

/** What a pinch begins with. `choose` sets another size, around a place that is told from the corner of the element. */
export interface Pinched {
  readonly px: number;
  choose(px: number, x: number, y: number): void;
}

/** Listens on an element. */
export function pinchType(host: HTMLElement, begin: () => Pinched): void {
  let from: (Pinched & { readonly apart: number; at: number }) | undefined;
  host.addEventListener('touchstart', ({ touches }) => {
    const pinched = touches.length === 2 ? begin() : undefined;
    from = pinched && { ...pinched, apart: apart(touches), at: pinched.px };
  });
  host.addEventListener('touchmove', (event) => {
    const { 0: a, 1: b, length } = event.touches;
    if (from === undefined || length !== 2 || a === undefined || b === undefined) return;
    event.preventDefault();
    const px = Math.min(typePxMax, Math.round((from.px * apart(event.touches)) / from.apart));
    if (px === from.at) return;
    from.at = px;
    const { left, top } = host.getBoundingClientRect();
    from.choose(px, (a.clientX + b.clientX) / 2 - left, (a.clientY + b.clientY) / 2 - top);
  });
}

function apart({ 0: a, 1: b }: TouchList): number {
  return a === undefined || b === undefined ? 1 : Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
}
