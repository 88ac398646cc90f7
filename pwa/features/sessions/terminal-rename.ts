/** Renaming a terminal, in words. */
import type { CommandFeature } from '../feature.ts';

export const terminalRename: CommandFeature<'terminal-rename'> = {
  title: 'Rename terminal',
  words: ({ title }) => ({
    doing: `Renaming the terminal to ${title}`,
    done: `Terminal is now ${title}`,
    toDo: `rename the terminal to ${title}`,
  }),
  record: (_state, { args }) => String(args.terminal),
};
