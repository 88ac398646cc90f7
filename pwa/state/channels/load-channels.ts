/** Loads what follows channels, with the first that is opened here or in another tab. */

import type { Parts } from '../parts.ts';
import type { Channels } from './channels.ts';

/** The same each time. */
export async function loadChannels(parts: Parts): Promise<Channels> {
  const { createChannels } = await import('./channels.ts');
  parts.channels ??= createChannels({
    api: parts.api,
    replica: () => parts.replica,
    tell: (word) => parts.tell(word),
    changed: () => parts.follow(),
  });
  return parts.channels;
}
