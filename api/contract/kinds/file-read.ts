/** Reads a document from the disk, as it is now. */
import * as v from 'valibot';
import { Path } from '../document.ts';
import { ProjectArg, Written } from './args.ts';
import { defineQuery } from './kind.ts';

export const fileRead = defineQuery({
  title: 'Read a file',
  summary:
    'Reads a known document from the machine’s disk, so that you get the current text even if the relay has an older one.',
  args: v.strictObject({ project: ProjectArg, path: Path }),
  result: v.strictObject({
    ...Written,
    /** Bytes. */
    size: v.number(),
    /** The exact text, or base64 where the bytes are not UTF-8. */
    text: v.optional(v.string()),
    base64: v.optional(v.string()),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/files/*path' }],
  about: ['project', 'path'],
});
