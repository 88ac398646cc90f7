/** A terminal under a finger, and in a room that is too low for it. */
import type { Terminal } from '@xterm/xterm';

/** A program that needs more rows than there is room for is seen where its cursor is, while that is `wanted`. */
export function followCursor(terminal: Terminal, host: HTMLElement, wanted: () => boolean): () => void {
  let followed = -1;
  const follow = () => {
    if (!wanted()) return;
    const { cursorY } = terminal.buffer.active;
    const screen = terminal.element?.offsetHeight ?? 0;
    const room = host.clientHeight;
    if (cursorY === followed || host.scrollHeight <= room) return;
    followed = cursorY;
    const [top, height] = [(cursorY * screen) / terminal.rows, screen / terminal.rows];
    // With two rows around it, as far as there are any.
    if (top - 2 * height < host.scrollTop) host.scrollTop = top - 2 * height;
    else if (top + 3 * height > host.scrollTop + room) host.scrollTop = top + 3 * height - room;
  };
  terminal.onWriteParsed(follow);
  return () => {
    followed = -1;
    follow();
  };
}

/** xterm draws no cursor before it had the focus, and without it an outline. Here a field elsewhere has it. */
export function showCursor(terminal: Terminal): void {
  const before = document.activeElement;
  terminal.options.cursorInactiveStyle = 'block';
  terminal.focus();
  terminal.blur();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
}

/** A finger moves what there is no room for, and then what is seen as a wheel does, which programs may take for themselves. */
export function scrollByTouch(terminal: Terminal, host: HTMLElement, tapped: () => void): void {
  const { textarea, element } = terminal;
  textarea?.setAttribute('inputmode', 'none');
  textarea?.setAttribute('tabindex', '-1');
  host.addEventListener('click', tapped);
  let from: Touch | undefined;
  host.addEventListener('touchstart', ({ touches }) => (from = touches.length === 1 ? touches[0] : undefined), {
    passive: true,
  });
  host.addEventListener(
    'touchmove',
    ({ touches: { 0: now, length } }) => {
      if (from === undefined || now === undefined || length !== 1) return;
      const { clientX, clientY } = now;
      const moved = from.clientY - clientY;
      host.scrollLeft += from.clientX - clientX;
      from = now;
      const before = host.scrollTop;
      host.scrollTop += moved;
      if (host.scrollTop !== before) return;
      const wheel = { deltaY: moved, deltaMode: 0, clientX, clientY, bubbles: true, cancelable: true };
      element?.querySelector('.xterm-screen')?.dispatchEvent(new WheelEvent('wheel', wheel));
    },
    { passive: true },
  );
}
