/** Which projects are watched, and whether their folders are there. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { codeOf } from '../../files/guard.ts';
import { type Check, note, ok } from '../check.ts';

export const projects: Check = {
  name: 'projects',
  title: 'Projects',
  group: 'This machine',
  run: async ({ roots }) => {
    if (roots.length === 0) return note('None is watched.', { copy: 'sallyport projects add FOLDER' });
    const away: string[] = [];
    for (const root of roots) {
      const is = await stat(root).then(
        (stats) => stats.isDirectory(),
        // A folder in one that may not be entered is a matter of `folders`.
        (error: unknown) => codeOf(error) === 'EACCES',
      );
      if (!is) away.push(root);
    }
    if (away.length === 0) return ok(`${roots.map((root) => basename(root)).join(', ')}.`);
    return {
      state: 'note',
      says: `${away.map((root) => basename(root)).join(', ')}: the folder is not there (a disk that is not mounted?). The bridge waits for it.`,
      fix: { says: 'If it is gone:', copy: 'sallyport projects rm FOLDER' },
      places: away,
    };
  },
};
