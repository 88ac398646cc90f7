/** The effect of moving a file or folder into its project's trash, or out of it. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';
import { moveByTrash } from '../../files/trash.ts';
import type { EffectSort, Found, Site } from './sort.ts';

export const TrashStep = v.object({ is: v.literal('trash'), from: v.string(), to: v.string() });
export type Trash = v.InferOutput<typeof TrashStep>;

export const trash: EffectSort<Trash, Trash> = {
  step: TrashStep,
  toStep: (effect) => effect,
  // Only one of the two is a place for documents, and whether it is a file is not known once it has moved.
  touches: ({ from, to }) => ({ files: [], folders: [from, to] }),
  do: ({ root }, { from, to }, ready) => moveByTrash({ root, from, to, ready }),
  probe,
  undo: async (site, step) => {
    const found = await probe(site, step);
    if (found === 'neither') throw new Problem('conflict', `Something else is at "${step.from}" or "${step.to}".`);
    if (found === 'done')
      await moveByTrash({ root: site.root, from: step.to, to: step.from, ready: async () => undefined });
  },
};

/** A rename moves all of it or nothing, so exactly one of the two places holds it. */
async function probe({ root }: Site, { from, to }: Trash): Promise<Found> {
  const [isThere, hasMoved] = await Promise.all([from, to].map((path) => exists(join(root, path))));
  if (isThere === hasMoved) return 'neither';
  return hasMoved ? 'done' : 'not-begun';
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
