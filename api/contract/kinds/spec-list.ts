/** Lists the specs of a project that are not archived. */
import * as v from 'valibot';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { listSpecs, SpecList } from './spec-shapes.ts';

export const specList = defineQuery({
  title: 'List specs',
  summary: 'Lists the specs of a project with their documents, phase and task counts, without archived ones.',
  args: v.strictObject({ project: ProjectArg }),
  result: SpecList,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs' }],
  about: ['project'],
  answer: (_args, copy) => listSpecs(copy, false),
});
