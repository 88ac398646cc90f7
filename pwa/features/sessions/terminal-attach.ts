/** Attaching to a sealed terminal, in words. */
import type { CommandFeature } from '../feature.ts';

export const terminalAttach: CommandFeature<'terminal-attach'> = {
  title: 'Attach to terminal',
  words: () => ({
    doing: 'Attaching to the terminal',
    done: 'Attached to the terminal',
    toDo: 'attach to the terminal',
  }),
};
