/** The registry of sorts of effects: one line each. */
import * as v from 'valibot';
import { type MoveFolder, MoveFolderStep, moveFolder } from './move-folder.ts';
import type { EffectSort, Touches } from './sort.ts';
import { type Trash, TrashStep, trash } from './trash.ts';
import { type WriteFile, WriteFileStep, writeFile } from './write-file.ts';

const sorts = { 'move-folder': moveFolder, trash, 'write-file': writeFile } as const;

/** One effect, with everything that is needed to do it. */
export type Effect = MoveFolder | Trash | WriteFile;

/** One effect, as stored in the journal. */
export const EffectStep = v.variant('is', [MoveFolderStep, TrashStep, WriteFileStep]);
export type EffectStep = v.InferOutput<typeof EffectStep>;

/** The files and folders of an effect, which must be looked at again. */
export type Touched = Touches & { readonly project: string };

/** The functions of a sort: do, probe, undo. */
export function sortOf({ is }: Pick<Effect, 'is'>): EffectSort<Effect, EffectStep> {
  // The registry maps each name to its sort; TypeScript cannot see that for a name known only at run time.
  return sorts[is] as unknown as EffectSort<Effect, EffectStep>;
}
