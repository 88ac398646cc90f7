/** Whether the file systems of the projects tell of changes. */
import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { silenceOf } from '../../watch/ground.ts';
import { type Check, type Finding, note, ok } from '../check.ts';

export const fileSystem: Check = {
  name: 'file-system',
  title: 'File system',
  group: 'This machine',
  run: async ({ roots }) => {
    const types = await Promise.all(
      roots.map(async (root) => {
        const type = await statfs(root).then(
          ({ type }) => type,
          () => undefined,
        );
        return { name: basename(root), type };
      }),
    );
    return silenceFinding(types, process.platform);
  },
};

/** What the file systems of these projects (`f_type`) mean. Pure. */
export function silenceFinding(
  projects: readonly { readonly name: string; readonly type: number | undefined }[],
  platform: NodeJS.Platform,
): Finding {
  const silent = projects.flatMap(({ name, type }) => {
    const why = type === undefined ? undefined : silenceOf(platform, type);
    return why === undefined ? [] : [`${name}: ${why}`];
  });
  if (silent.length === 0) return ok(projects.length === 0 ? 'There is no project.' : 'It tells of each change.');
  return note(`${silent.join('; ')}. The bridge looks every few seconds instead.`, {
    says: 'Faster: keep the project on a disk of this system (in WSL: under ~), or',
    copy: 'sallyport run --watch poll',
  });
}
