/** Opening a terminal, in words. */
import type { ResultOf } from '#contract/kinds/index.ts';
import type { CommandFeature } from '../feature.ts';

export const terminalOpen: CommandFeature<'terminal-open'> = {
  title: 'Open terminal',
  words: () => ({ doing: 'Opening a terminal', done: 'Terminal opened', toDo: 'open a terminal' }),
  record: (_state, { result }) => (result as ResultOf<'terminal-open'> | undefined)?.terminal,
};
