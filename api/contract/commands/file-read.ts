/** Reads a document from the disk, as it is now. */
import * as v from 'valibot';
import { Path } from '../document.ts';
import { ProjectArg, Written } from './args.ts';
import { defineKind } from './kind.ts';

export const fileRead = defineKind({
  title: 'Read a file',
  summary:
    'Reads a known document of a project from the disk: what the machine has now, whatever the relay last heard.',
  args: v.strictObject({ project: ProjectArg, path: Path }),
  result: v.strictObject({
    ...Written,
    /** Bytes. */
    size: v.number(),
    /** The exact text, or base64 where the bytes are not UTF-8. */
    text: v.optional(v.string()),
    base64: v.optional(v.string()),
  }),
  risk: 'read',
  guard: 'none',
  about: ['project', 'path'],
  repeatable: true,
});
