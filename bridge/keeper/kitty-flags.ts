/** Follows the flags of kitty's keyboard protocol in the keeper's terminal, and answers queries for them. */
import type { Terminal } from '@xterm/headless';
import { createKittyStacks, type ScreenName } from '#contract/kitty-stacks.ts';

/** `replay` gives what brings a fresh terminal to the same flags. */
export function createKittyFlags(
  terminal: Terminal,
  onAnswer: (data: string) => void,
): { replay(screen: ScreenName): string } {
  const stacks = createKittyStacks();
  const screen = () => terminal.buffer.active.type;
  const on = (prefix: string, act: (params: readonly number[]) => void) =>
    terminal.parser.registerCsiHandler({ prefix, final: 'u' }, (params) => {
      act(params.map((param) => (typeof param === 'number' ? param : 0)));
      return true;
    });
  for (const prefix of ['>', '<', '=']) on(prefix, (params) => stacks.act(prefix, params, screen()));
  on('?', () => onAnswer(`\u001b[?${stacks.now(screen())}u`));
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    stacks.reset();
    return false;
  });
  return { replay: stacks.replay };
}
