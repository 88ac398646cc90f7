/** The effect of moving a folder within its project. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';
import { moveFolder as move } from '../../files/move.ts';
import type { EffectSort, Found, Site } from './sort.ts';

export const MoveFolderStep = v.object({ is: v.literal('move-folder'), from: v.string(), to: v.string() });
export type MoveFolder = v.InferOutput<typeof MoveFolderStep>;

export const moveFolder: EffectSort<MoveFolder, MoveFolder> = {
  step: MoveFolderStep,
  toStep: (effect) => effect,
  touches: ({ from, to }) => ({ files: [], folders: [from, to] }),
  do: ({ root }, { from, to }, ready) => move({ root, from, to, ready }),
  probe,
  undo: async (site, step) => {
    const found = await probe(site, step);
    if (found === 'neither') throw new Problem('conflict', `Something else is at "${step.from}" or "${step.to}".`);
    if (found === 'done') await move({ root: site.root, from: step.to, to: step.from, ready: async () => {} });
  },
};

async function probe({ root }: Site, { from, to }: MoveFolder): Promise<Found> {
  const [isThere, hasMoved] = await Promise.all([from, to].map((path) => isFolder(join(root, path))));
  if (isThere === hasMoved) return 'neither';
  return hasMoved ? 'done' : 'not-begun';
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
