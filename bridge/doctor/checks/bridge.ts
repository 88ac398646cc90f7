/** Whether a bridge runs on this data folder and what it says of itself. */
import { join } from 'node:path';
import { readStatus } from '../../status-file.ts';
import { forText } from '../../system/ago.ts';
import { type Check, fail, note, ok } from '../check.ts';

export const bridge: Check = {
  name: 'bridge',
  title: 'Bridge',
  group: 'This machine',
  run: ({ data }) => {
    const { pid, kept } = readStatus(data, join(data, 'status.json'));
    if (pid === undefined) return note('None runs on this data folder.', { copy: 'sallyport run' });
    const [first, ...more] = kept?.conditions ?? [];
    const isConnected = kept?.state === 'live' || kept?.state === 'comparing';
    if (!isConnected)
      return fail(`It runs (process ${pid}) but is not connected: ${kept?.why ?? 'it is starting'}`, {
        says: 'If nothing else here is wrong, it connects by itself soon; or start it again. Its view:',
        copy: 'sallyport status',
      });
    if (first === undefined) return ok(`It runs (process ${pid}), connected${forText(kept?.since)}.`);
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return note(`It runs, is connected, and says: ${first.title}${others}`, {
      says: first.hint,
      copy: 'sallyport status',
    });
  },
};
