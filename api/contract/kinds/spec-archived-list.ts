/** Lists the archived specs of a project. */
import * as v from 'valibot';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { listSpecs, SpecList } from './spec-shapes.ts';

export const specArchivedList = defineQuery({
  title: 'List archived specs',
  summary: 'Lists the archived specs of a project.',
  args: v.strictObject({ project: ProjectArg }),
  result: SpecList,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/archived' }],
  about: ['project'],
  answer: (_args, copy) => listSpecs(copy, true),
});
