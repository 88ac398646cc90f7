/** Writes a Markdown document of a spec: edits of it, or the whole text. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { isOneText, NewText, oneTextIsWanted, ProjectArg, SpecArg, TextWritten } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { undoOfText } from './undo.ts';

/** Names of files that can be written; a spec's folder contains others too. */
export const documentName = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}\.md$/i;

export const specDocumentWrite = defineCommand({
  title: "Write a spec's document",
  summary:
    'Applies `edits` to one Markdown file of a known spec and leaves all other bytes alone, or replaces the whole text with `content`. Creates the file if `ifRev` is `absent`.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      spec: SpecArg,
      /** The file's name in the spec's folder: `design.md`. */
      document: v.pipe(
        v.string(),
        v.regex(documentName, 'A document is the name of a Markdown file, without a folder'),
      ),
      ...NewText,
    }),
    v.check((text) => isOneText(text), oneTextIsWanted),
  ),
  result: v.strictObject({
    ...TextWritten.entries,
    /** Of a tasks.md: what the agent's tool would refuse when it asks for approval. It is written all the same. */
    warnings: v.optional(v.array(v.strictObject({ line: v.number(), message: v.string() }))),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  about: ['project', 'spec', 'document'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  undo: (args, written) => undoOfText('spec-document-write', args, written),
  aliases: [
    { method: 'PUT', path: '/v1/machines/:machine/projects/:project/specs/:spec/documents/:document' },
    ...(['requirements', 'design', 'tasks'] as const).map((name) => ({
      method: 'PUT' as const,
      path: `/v1/machines/:machine/projects/:project/specs/:spec/${name}`,
      args: { document: `${name}.md` },
    })),
  ],
});
