/** Reads one kept text of a file under review. */
import * as v from 'valibot';
import { SnapshotListed } from '../approvals/shapes.ts';
import { contentOf } from '../approvals/snapshots.ts';
import { areNamedOnce, namedOnce, openTexts, textsArgs } from '../approvals/texts.ts';
import { Problem } from '../problems.ts';
import { ProjectArg, Version } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalSnapshotGet = defineQuery({
  title: 'Read a snapshot of a text',
  summary: 'Reads one text that was kept of the file under review.',
  args: v.pipe(
    v.strictObject({ project: ProjectArg, ...textsArgs, version: Version }),
    v.check((named) => areNamedOnce(named), namedOnce),
  ),
  result: v.strictObject({ ...SnapshotListed.entries, content: v.string() }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/snapshots/:version' }],
  about: ['project', 'approval'],
  answer: async ({ version, ...named }, copy) => {
    const texts = await openTexts(copy, named);
    if (texts === undefined) return undefined;
    const found = texts.snapshots.items.find((snapshot) => snapshot.version === version);
    if (found === undefined) throw new Problem('snapshot-unknown', `There is no version ${version}.`);
    const file = await copy.read(found.path);
    const content = file && 'text' in file ? contentOf(file.text) : undefined;
    return content === undefined ? undefined : { ...found, content };
  },
});
