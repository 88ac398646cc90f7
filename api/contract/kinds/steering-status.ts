/** Says which steering documents a project has. */
import * as v from 'valibot';
import { Rev } from '../document.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { isoOf } from './spec-shapes.ts';
import { steeringNames } from './steering-write.ts';

export const steeringStatus = defineQuery({
  title: 'List steering documents',
  summary: 'Says which of the steering documents that the formats know a project has.',
  args: v.strictObject({ project: ProjectArg }),
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
  answer: async (_args, copy) => {
    const documents = await copy.documents();
    if (documents === undefined) return undefined;
    const names = copy.project.formats.includes('spec-context') ? steeringNames : steeringNames.slice(0, 3);
    const found = names.map((name) => {
      const document = documents.find(({ kind, path }) => kind === 'steering' && path.endsWith(`/${name}.md`));
      if (document === undefined) return [name, { exists: false }];
      return [name, { exists: true, rev: document.rev, lastModified: isoOf(document.mtime) }];
    });
    return { documents: Object.fromEntries(found) };
  },
});
