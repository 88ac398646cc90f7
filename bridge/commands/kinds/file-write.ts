/** Writes any text file of a format's folders, except those that tools keep for themselves. */
import { Problem } from '#contract/problems.ts';
import { isAllowedType } from '../../leaving/allowed-types.ts';
import type { Project } from '../../projects/project.ts';
import type { CommandHandler } from '../handler.ts';
import { nothingMore, writeText } from '../write-text.ts';

export const fileWrite: CommandHandler<'file-write'> = async ({ path, ...text }, context) => {
  checkPlace(context.project, path);
  if (context.ifRev !== 'absent' && !context.project.documents.has(path))
    throw new Problem('document-unknown', `The project has no document "${path.slice(0, 200)}".`);
  return await writeText(context, path, text, nothingMore);
};

/** Folders whose files only tools write: an approval is decided, not edited, and templates are written anew at each start. */
const kept = /^(?:approvals|templates)$/i;

/** Throws `path-refused` for a place that is no format's, or that a tool keeps for itself, and for a type that would not be shown. */
function checkPlace({ layouts }: Project, path: string): void {
  const layout = layouts.find(({ folders }) => folders.some((folder) => path.startsWith(`${folder}/`)));
  const folder = layout?.folders.find((each) => path.startsWith(`${each}/`));
  if (layout === undefined || folder === undefined || layout.classify(path) === undefined)
    throw new Problem('path-refused', `"${path}" is in no folder of the project's formats.`);
  const [first = ''] = path.slice(folder.length + 1).split('/');
  const isKept = kept.test(first) || kept.test(folder.split('/').at(-1) ?? '') || /(^|\/)\.snapshots\//i.test(path);
  if (isKept) throw new Problem('path-refused', `"${path}" is in a folder that only tools write.`);
  if (!isAllowedType(path) || textless.test(path))
    throw new Problem('path-refused', `"${path}" has no ending of a text file that Sallyport shows.`);
}

/** Shown, but no text. */
const textless = /\.(?:png|jpe?g|gif|webp|avif|bmp|ico|pdf)$/i;
