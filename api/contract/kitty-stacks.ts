/** The flags of kitty's keyboard protocol as a terminal keeps them: a stack for each screen (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). xterm.js does not know them yet. */

export type ScreenName = 'normal' | 'alternate';

export interface KittyStacks {
  /** The flags that hold on a screen. */
  now(screen: ScreenName): number;
  /** `CSI > flags u`, `CSI < count u`, `CSI = flags ; mode u`. */
  act(prefix: string, params: readonly number[], screen: ScreenName): void;
  reset(): void;
  /** What brings a fresh terminal to the same flags. */
  replay(screen: ScreenName): string;
}

const stackMax = 16;

export function createKittyStacks(): KittyStacks {
  // The lowest entry is what holds before anything is pushed.
  const fresh = (): Record<ScreenName, number[]> => ({ normal: [0], alternate: [0] });
  let stacks = fresh();
  return {
    now: (screen) => stacks[screen].at(-1) ?? 0,
    act(prefix, params, screen) {
      const stack = stacks[screen];
      if (prefix === '>') {
        stack.push((params[0] ?? 0) & 31);
        if (stack.length > stackMax) stack.splice(1, 1);
      } else if (prefix === '<') stack.splice(Math.max(1, stack.length - Math.max(1, params[0] ?? 1)));
      else if (prefix === '=') {
        const [flags = 0, mode = 1] = params;
        const now = stack.pop() ?? 0;
        stack.push((mode === 2 ? now | flags : mode === 3 ? now & ~flags : flags) & 31);
      }
    },
    reset: () => {
      stacks = fresh();
    },
    replay: (screen) =>
      stacks[screen]
        .map((flags, at) => (at > 0 ? `\u001b[>${flags}u` : flags > 0 ? `\u001b[=${flags};1u` : ''))
        .join(''),
  };
}
