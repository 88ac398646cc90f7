/** Tells what a project holds, as the machine has it now. */
import * as v from 'valibot';
import { Id, OpenName } from '../document.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

export const projectInfo = defineQuery({
  title: 'Describe a project',
  summary:
    'Lists the formats, counts, steering documents and specs of a project, each spec with the revs that guard its commands.',
  args: v.strictObject({ project: ProjectArg }),
  result: v.strictObject({
    id: Id,
    name: v.string(),
    formats: v.array(OpenName),
    /** Of the bridge. */
    version: v.string(),
    counts: v.record(v.string(), v.number()),
    steering: v.array(v.strictObject({ path: v.string(), rev: v.string() })),
    specs: v.array(
      v.strictObject({
        spec: v.string(),
        format: OpenName,
        /** The spec's folder in the project. */
        folder: v.string(),
        archived: v.boolean(),
        status: v.optional(v.string()),
        /** `ifRev` of spec-archive and spec-unarchive. */
        folderRev: v.string(),
      }),
    ),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project' }],
  about: ['project'],
});
