/** A terminal under a finger, and in a room that is too low for it. */
import type { Terminal } from '@xterm/xterm';

/** A program that needs more rows than there is room for is seen where its cursor is. */
export function followCursor(terminal: Terminal, host: HTMLElement): () => void {
  let followed = -1;
  const follow = () => {
    const { cursorY } = terminal.buffer.active;
    const screen = terminal.element?.offsetHeight ?? 0;
    const room = host.clientHeight;
    if (cursorY === followed || screen <= room) return;
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
  let y: number | undefined;
  host.addEventListener('touchstart', ({ touches }) => (y = touches.length === 1 ? touches[0]?.clientY : undefined), {
    passive: true,
  });
  host.addEventListener(
    'touchmove',
    (event) => {
      const now = event.touches[0]?.clientY;
      if (y === undefined || now === undefined || event.touches.length !== 1) return;
      const { clientX, clientY } = event.touches[0] as Touch;
      const moved = y - now;
      y = now;
      const before = host.scrollTop;
      host.scrollTop += moved;
      if (host.scrollTop !== before) return;
      const wheel = { deltaY: moved, deltaMode: 0, clientX, clientY, bubbles: true, cancelable: true };
      element?.querySelector('.xterm-screen')?.dispatchEvent(new WheelEvent('wheel', wheel));
    },
    { passive: true },
  );
}
