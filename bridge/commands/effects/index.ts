/** The sorts of effects that commands have: one line each. */
import * as v from 'valibot';
import { type MoveFolder, MoveFolderStep, moveFolder } from './move-folder.ts';
import type { EffectSort, Touches } from './sort.ts';
import { type WriteFile, WriteFileStep, writeFile } from './write-file.ts';

const sorts = { 'move-folder': moveFolder, 'write-file': writeFile } as const;

/** One effect, with all that doing it needs. */
export type Effect = MoveFolder | WriteFile;

/** One effect as the journal keeps it. */
export const EffectStep = v.variant('is', [MoveFolderStep, WriteFileStep]);
export type EffectStep = v.InferOutput<typeof EffectStep>;

/** Where an effect was, for those who look there again. */
export type Touched = Touches & { readonly project: string };

/** How effects of a sort are done, found and taken back. */
export function sortOf({ is }: Pick<Effect, 'is'>): EffectSort<Effect, EffectStep> {
  // The registry ties each name to its sort, which a name that is only known at run time cannot show.
  return sorts[is] as unknown as EffectSort<Effect, EffectStep>;
}
