/** The flags of kitty's keyboard protocol, which xterm.js does not know yet: a stack for each screen (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). */
import type { Terminal } from '@xterm/headless';

type ScreenName = 'normal' | 'alternate';

const stackMax = 16;

/** Follows the flags of a terminal and answers queries for them. `replay` gives what brings a fresh terminal to the same flags. */
export function createKittyFlags(
  terminal: Terminal,
  onAnswer: (data: string) => void,
): { replay(screen: ScreenName): string } {
  // The lowest entry is what holds before anything is pushed.
  const fresh = (): Record<ScreenName, number[]> => ({ normal: [0], alternate: [0] });
  let stacks = fresh();
  const stack = () => stacks[terminal.buffer.active.type];
  const on = (prefix: string, act: (params: readonly number[]) => void) =>
    terminal.parser.registerCsiHandler({ prefix, final: 'u' }, (params) => {
      act(params.map((param) => (typeof param === 'number' ? param : 0)));
      return true;
    });
  on('>', ([flags = 0]) => {
    stack().push(flags & 31);
    if (stack().length > stackMax) stack().splice(1, 1);
  });
  on('<', ([count = 1]) => {
    stack().splice(Math.max(1, stack().length - Math.max(1, count)));
  });
  on('=', ([flags = 0, mode = 1]) => {
    const now = stack().pop() ?? 0;
    stack().push((mode === 2 ? now | flags : mode === 3 ? now & ~flags : flags) & 31);
  });
  on('?', () => onAnswer(`\u001b[?${stack().at(-1)}u`));
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    stacks = fresh();
    return false;
  });
  return {
    replay: (screen) =>
      stacks[screen]
        .map((flags, at) => (at > 0 ? `\u001b[>${flags}u` : flags > 0 ? `\u001b[=${flags};1u` : ''))
        .join(''),
  };
}
