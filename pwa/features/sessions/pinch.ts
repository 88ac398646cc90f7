/** Two fingers change the size of type. */
import { chooseType, typeChosen, typePxMax, typePxMin } from './terminal-size.ts';

/** Listens on an element; `changed` after each step. */
export function pinchType(host: HTMLElement, changed: () => void): void {
  let from: { readonly apart: number; readonly px: number } | undefined;
  host.addEventListener('touchstart', ({ touches }) => {
    from = touches.length === 2 ? { apart: apart(touches), px: typeChosen() } : undefined;
  });
  host.addEventListener('touchmove', (event) => {
    if (from === undefined || event.touches.length !== 2) return;
    event.preventDefault();
    const px = Math.round((from.px * apart(event.touches)) / from.apart);
    const within = Math.min(typePxMax, Math.max(typePxMin, px));
    if (within === typeChosen()) return;
    chooseType(within);
    changed();
  });
}

function apart({ 0: a, 1: b }: TouchList): number {
  return a === undefined || b === undefined ? 1 : Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));
}
