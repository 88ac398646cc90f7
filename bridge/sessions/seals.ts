/** The keys of sealed channels, each in a file of its own in the data folder. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChannelSeal, type ChannelSealDeps, openChannelSeal } from './channel-seal.ts';
import { createVouch } from './machine-key.ts';

export interface Seals extends AsyncDisposable {
  /** Of a channel that was opened before; undefined for one that is not sealed. */
  of(channel: string): ChannelSeal | undefined;
  /** Opens one that may be new. */
  open(channel: string): void;
  /** Forgets them for good. */
  drop(channel: string): Promise<void>;
}

/** Opens those of the channels that are there, and removes the others. */
export async function openSeals(
  data: string,
  channels: readonly string[],
  given: Omit<ChannelSealDeps, 'vouch'>,
): Promise<Seals> {
  const folder = join(data, 'sealed');
  const deps = { ...given, vouch: createVouch(data) };
  const all = new Map<string, ChannelSeal>();
  const open = (channel: string) => {
    if (all.has(channel)) return;
    all.set(channel, openChannelSeal(join(folder, `${channel}.json`), channel, deps));
  };
  for (const channel of channels) open(channel);
  const known = new Set(channels.map((channel) => `${channel}.json`));
  for (const name of await readdir(folder).catch(() => []))
    if (!known.has(name)) await rm(join(folder, name), { force: true });
  return {
    of: (channel) => all.get(channel),
    open,
    drop: async (channel) => {
      const seal = all.get(channel);
      all.delete(channel);
      await seal?.remove();
    },
    [Symbol.asyncDispose]: async () => {
      for (const seal of all.values()) await seal[Symbol.asyncDispose]();
    },
  };
}
