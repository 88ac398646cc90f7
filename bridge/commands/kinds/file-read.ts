/** Reads a known document from the disk. */
import { Problem } from '#contract/problems.ts';
import { decodeUtf8 } from '../../formats/front-matter.ts';
import { readShown } from '../edit-document.ts';
import type { QueryHandler } from '../handler.ts';

export const fileRead: QueryHandler<'file-read'> = async ({ path }, context) => {
  const document = context.project.documents.get(path);
  if (document === undefined)
    throw new Problem('document-unknown', `"${path.slice(0, 200)}" is no document of ${context.project.name}.`);
  const { rev, bytes } = await readShown(context, path);
  const text = decodeUtf8(bytes);
  return {
    path,
    rev,
    size: bytes.length,
    ...(text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text }),
  };
};
