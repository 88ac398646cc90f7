/** Writes any text file of a format's folders. */
import * as v from 'valibot';
import { Path } from '../document.ts';
import { limits } from '../limits.ts';
import { isOneText, NewText, oneTextIsWanted, ProjectArg, TextWritten } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { undoOfText } from './undo.ts';

export const fileWrite = defineCommand({
  title: 'Write a file',
  summary:
    'Applies `edits` to a text file in the folders of the formats, or replaces its whole text with `content`; with `ifRev` `absent` it makes the file and its folders. Not for approvals, snapshots and templates.',
  args: v.pipe(
    v.strictObject({ project: ProjectArg, path: Path, ...NewText }),
    v.check((text) => isOneText(text), oneTextIsWanted),
  ),
  result: TextWritten,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  about: ['project', 'path'],
  argsBytesMax: limits.textCommandBytesMax,
  notice: whenNotDone,
  undo: (args, written) => undoOfText('file-write', args, written),
  aliases: [{ method: 'PUT', path: '/v1/machines/:machine/projects/:project/files/*path' }],
});
