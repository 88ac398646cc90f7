/** Brings back what was moved to the trash. */
import { Problem } from '#contract/problems.ts';
import { isInTrash, pathBefore } from '../../files/trash.ts';
import type { Project } from '../../projects/project.ts';
import type { CommandHandler } from '../handler.ts';

export const trashRestore: CommandHandler<'trash-restore'> = async ({ items }, { project, perform }) => {
  const found = [...new Set(items)].map((trashed) => ({ trashed, path: placeOf(project, trashed) }));
  for (const { trashed } of found)
    if (!(await isInTrash(project.root, trashed)))
      throw new Problem('edit-refused', `The trash holds no "${trashed}".`);
  const effects = found.map(({ trashed, path }) => ({ is: 'trash', from: trashed, to: path }) as const);
  await perform(effects, { items: found });
  return { items: found };
};

/** Only the trash of a folder that is watched counts. */
function placeOf({ layouts }: Project, trashed: string): string {
  const path = pathBefore(trashed);
  const [base] = trashed.split('/');
  const isWatched = layouts.some(({ folders }) => folders.some((folder) => folder.split('/')[0] === base));
  if (path === undefined || !isWatched) throw new Problem('edit-refused', `"${trashed}" is nothing in the trash.`);
  return path;
}
