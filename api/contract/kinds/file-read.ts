/** Reads a document: from the disk, as it is now, or from what was uploaded of it. */
import * as v from 'valibot';
import { Path } from '../document.ts';
import { ProjectArg, Written } from './args.ts';
import { defineQuery } from './kind.ts';

export const fileRead = defineQuery({
  title: 'Read a file',
  summary:
    'Reads a known document. The path answers from what the machine has uploaded; with `source=machine`, and as a query, from the machine’s disk as it is now.',
  args: v.strictObject({ project: ProjectArg, path: Path }),
  result: v.strictObject({
    ...Written,
    /** Bytes. */
    size: v.number(),
    /** The exact text, or base64 if the bytes are not UTF-8. */
    text: v.optional(v.string()),
    base64: v.optional(v.string()),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/files/*path' }],
  about: ['project', 'path'],
  // Not where the text stays on the machine, or is not here yet.
  answer: async ({ path }, copy) => {
    const file = await copy.read(path);
    if (file === undefined) return undefined;
    const { mtime: _, ...read } = file;
    return read;
  },
});
