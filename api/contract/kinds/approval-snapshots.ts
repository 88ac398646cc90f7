/** Lists the kept texts of a file under review. */
import * as v from 'valibot';
import { SnapshotListed } from '../approvals/shapes.ts';
import { areNamedOnce, namedOnce, openTexts, textsArgs } from '../approvals/texts.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalSnapshots = defineQuery({
  title: 'List the snapshots of a text',
  summary:
    'Lists the texts that were kept of the file under review, oldest first. Files with the same name in one category share them: `file` is the one that the list was made for.',
  args: v.pipe(
    v.strictObject({ project: ProjectArg, ...textsArgs }),
    v.check((named) => areNamedOnce(named), namedOnce),
  ),
  result: v.strictObject({
    items: v.array(SnapshotListed),
    /** Versions on the disk that metadata.json does not list. */
    unlisted: v.array(v.number()),
    file: v.optional(v.string()),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/snapshots' }],
  about: ['project', 'approval'],
  answer: async (named, copy) => {
    const texts = await openTexts(copy, named);
    if (texts === undefined) return undefined;
    const { items, unlisted, file } = texts.snapshots;
    return { items: [...items], unlisted: [...unlisted], ...(file === undefined ? {} : { file }) };
  },
});
