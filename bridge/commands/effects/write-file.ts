/** The effect of creating a file, or replacing it as a whole. */
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../../files/read.ts';
import { revOf } from '../../files/rev.ts';
import { removeFile, replaceFile, settleReplacement } from '../../files/write.ts';
import type { EffectSort } from './sort.ts';

export interface WriteFile {
  readonly is: 'write-file';
  readonly path: string;
  /** The current bytes, which the sender saw; null if there is no file. */
  readonly before: Uint8Array | null;
  readonly bytes: Uint8Array;
}

export const WriteFileStep = v.object({
  is: v.literal('write-file'),
  path: v.string(),
  /** Revs; null if there is no file. */
  before: v.nullable(v.string()),
  after: v.string(),
  /** The previous bytes in base64, if an undo may need them. */
  was: v.exactOptional(v.string()),
});
type WriteFileStep = v.InferOutput<typeof WriteFileStep>;

const revBefore = ({ before }: WriteFile) => (before === null ? null : revOf(before));
const atOnce = async () => {};

export const writeFile: EffectSort<WriteFile, WriteFileStep> = {
  step: WriteFileStep,
  toStep: (effect, isFollowed) => ({
    is: 'write-file',
    path: effect.path,
    before: revBefore(effect),
    after: revOf(effect.bytes),
    ...(isFollowed && effect.before !== null ? { was: Buffer.from(effect.before).toString('base64') } : {}),
  }),
  touches: ({ path }) => ({ files: [path], folders: [] }),
  do: ({ command, root }, effect, ready) =>
    replaceFile({ id: command, root, path: effect.path, before: revBefore(effect), bytes: effect.bytes, ready }),
  probe: async ({ command, root }, { path, before, after }) => {
    // Files that cannot be removed now are found by the next write beside them.
    const putBack = await settleReplacement({ id: command, root, path, before, after }).catch(() => undefined);
    if (putBack !== undefined) throw new Problem('conflict', undefined, { currentRev: putBack });
    const rev = await revNow(root, path);
    if (rev === after) return 'done';
    return rev === before ? 'not-begun' : 'neither';
  },
  undo: async ({ command, root }, { path, before, after, was }) => {
    if ((await revNow(root, path)) === before) return;
    if (was === undefined) await removeFile({ id: command, root, path, before: after });
    else
      await replaceFile({
        id: command,
        root,
        path,
        before: after,
        bytes: Buffer.from(was, 'base64'),
        ready: atOnce,
      });
  },
};

/** Null if there is no file, undefined if that cannot be determined. */
async function revNow(root: string, path: string): Promise<string | null | undefined> {
  const read = await readAt(root, path);
  if (read.is === 'absent') return null;
  return read.is === 'file' && 'rev' in read ? read.rev : undefined;
}
