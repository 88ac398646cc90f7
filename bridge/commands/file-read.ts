/** Reads a known document from the disk. */
import { Problem } from '#contract/problems.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { secretIn } from '../leaving/secret-content.ts';
import { isWithheld } from '../project.ts';
import { readNow } from './edit-document.ts';
import type { CommandHandler } from './handler.ts';

export const fileRead: CommandHandler<'file-read'> = async ({ path }, context) => {
  const document = context.project.documents.get(path);
  if (document === undefined)
    throw new Problem('document-unknown', `"${path.slice(0, 200)}" is no document of ${context.project.name}.`);
  if (isWithheld(document)) throw new Problem('withheld', `"${path}" stays on the machine. ${document.meta.withheld}`);
  const { rev, bytes } = await readNow(context, path);
  const secret = secretIn(bytes);
  if (secret !== undefined)
    throw new Problem('withheld', `"${path}" seems to hold ${secret}, so its content stays on the machine.`);
  const text = decodeUtf8(bytes);
  return {
    path,
    rev,
    size: bytes.length,
    ...(text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text }),
  };
};
