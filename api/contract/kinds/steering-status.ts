/** Says which steering documents a project has. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { SteeringFormat, steeringPaths } from '../steering.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { isoOf } from './spec-shapes.ts';

export const steeringStatus = defineQuery({
  title: 'List steering documents',
  summary: 'Says which of the steering documents that the formats know a project has.',
  args: v.strictObject({ project: ProjectArg, format: SteeringFormat }),
  result: v.strictObject({
    documents: v.record(
      v.string(),
      v.strictObject({ exists: v.boolean(), rev: v.optional(Rev), lastModified: v.optional(v.string()) }),
    ),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/steering' }],
  about: ['project'],
  answer: async ({ format }, copy) => {
    const found = [...steeringPaths(copy.project, format)].map(async ([name, path]) => {
      const document = await copy.document(path);
      if (document === undefined) return [name, { exists: false }];
      return [name, { exists: true, rev: document.rev, lastModified: isoOf(document.mtime) }];
    });
    return { documents: Object.fromEntries(await Promise.all(found)) };
  },
});
