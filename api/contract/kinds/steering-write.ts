/** Writes a steering document. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { SteeringFormat, steeringNames } from '../steering.ts';
import { isOneText, NewText, oneTextIsWanted, ProjectArg, TextWritten } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { undoOfText } from './undo.ts';

export const steeringWrite = defineCommand({
  title: 'Write a steering document',
  summary:
    'Applies `edits` to the product, tech, structure or (spec-context) principles document of a project, or replaces its whole text with `content`. Creates the file if `ifRev` is `absent`.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      document: v.picklist(steeringNames),
      /** Where a project is kept in two formats that have steering documents. */
      format: SteeringFormat,
      ...NewText,
    }),
    v.check((text) => isOneText(text), oneTextIsWanted),
  ),
  result: TextWritten,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  about: ['project', 'document'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  undo: (args, written) => undoOfText('steering-write', args, written),
  aliases: [{ method: 'PUT', path: '/v1/machines/:machine/projects/:project/steering/:document' }],
});
