/** Writes a whole Markdown document of a spec. */
import * as v from 'valibot';
import { Content, ProjectArg, SpecArg, Written } from './args.ts';
import { defineKind } from './kind.ts';

export const specDocumentWrite = defineKind({
  title: "Write a spec's document",
  summary:
    'Replaces one Markdown file of a known spec, or makes a new one in its folder when `ifRev` is `absent`. Written as a whole or not at all.',
  args: v.strictObject({
    project: ProjectArg,
    spec: SpecArg,
    /** The file's name in the spec's folder: `design.md`. */
    document: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}\.md$/i, 'A document is the name of a Markdown file, without a folder'),
    ),
    content: Content,
  }),
  result: v.strictObject(Written),
  risk: 'write',
  guard: 'rev',
  repeatable: true,
  alias: { method: 'PUT', path: '/v1/machines/:machine/projects/:project/specs/:spec/documents/:document' },
});
