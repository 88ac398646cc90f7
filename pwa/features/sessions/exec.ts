/** Running a command, in words. */
import { machineRecords } from '../../state/facts/sorts.ts';
import type { CommandFeature } from '../feature.ts';

/** Of a command line, what fits a sentence. */
const lengthMax = 40;

export const exec: CommandFeature<'exec'> = {
  title: 'Command',
  words: ({ command, argv = [] }) => {
    const line = command ?? argv.join(' ');
    const name = line.length > lengthMax ? `${line.slice(0, lengthMax)}…` : line;
    return { doing: `Running ${name}`, done: `Ran ${name}`, toDo: `run ${name}` };
  },
  end: ({ stopped, timedOut, signal, exitCode }) => {
    if (stopped) return 'stopped';
    if (timedOut) return 'its time was up';
    return `ended ${signal === undefined ? `with ${exitCode}` : `by ${signal}`}`;
  },
  record: (state, { id, machine }) => machineRecords(state, machine, 'run').find(({ meta }) => meta.command === id)?.id,
};
