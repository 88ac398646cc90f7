/** Makes a new spec. */
import * as v from 'valibot';
import { formats, Rev } from '../document.ts';
import { limits } from '../limits.ts';
import { Content, Line, ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const specCreate = defineCommand({
  title: 'Make a spec',
  summary:
    "Makes a spec's folder with its first document, from `content` or from the project's template: requirements.md, or the main file of LeanSpec under the next free number. Refused if a spec or archived spec has that name.",
  args: v.strictObject({
    project: ProjectArg,
    /** Needed where the project is kept in several formats. */
    format: v.optional(v.picklist(formats)),
    /** The folder's name; LeanSpec puts the number before it. */
    name: v.pipe(
      v.string(),
      v.maxLength(limits.specNameLengthMax),
      v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'A name has a-z, 0-9 and single hyphens between them, as in user-login'),
    ),
    /** Heading of the document; by default the words of the name. */
    title: v.optional(Line),
    /** The whole text of the document. */
    content: v.optional(Content),
  }),
  result: v.strictObject({
    /** The name of its folder. */
    spec: v.string(),
    folder: v.string(),
    path: v.string(),
    rev: Rev,
    /** `ifRev` of spec-archive. */
    folderRev: v.string(),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project', 'name', 'format'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs' }],
});
