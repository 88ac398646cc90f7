/**
 * The keys of one sealed channel for what goes out, in a file (mode 0600), so that a device that attaches later opens what was sealed with the
 * older ones too. No key of the file seals anything any more. So of a file that was put back from a backup, cut or damaged nothing is lost but
 * what a device has not opened yet.
 */
import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { keyBytes } from '#contract/sealing.ts';
import { createNewestWrite } from '../data/newest-write.ts';
import { readParsed, writePrivate } from '../data/private-file.ts';

export interface KeyRing extends AsyncDisposable {
  /** The oldest first. */
  keys(): readonly Buffer[];
  add(key: Buffer): void;
  /** Forgets them for good. */
  remove(): Promise<void>;
}

const Key = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => Buffer.from(text, 'base64')),
  v.check(({ length }) => length === keyBytes),
);
const Kept = v.object({ keys: v.array(Key) });

export function openKeyRing(path: string, onTrouble: (error: unknown) => void): KeyRing {
  let keys: readonly Buffer[] = readParsed(path, Kept)?.keys ?? [];
  const textOf = () => JSON.stringify({ keys: keys.map((key) => key.toString('base64')) });
  const write = createNewestWrite(() => writePrivate(path, textOf()), onTrouble);
  return {
    keys: () => keys,
    add: (key) => {
      keys = [...keys, key].slice(-limits.keysPerChannelMax);
      write.keep();
    },
    remove: async () => {
      await write.done();
      await rm(path, { force: true });
    },
    [Symbol.asyncDispose]: write.done,
  };
}
