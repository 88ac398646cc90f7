/** Lists the specs of a project that are not archived. */
import * as v from 'valibot';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { findListed, listSpec, listSpecs, SpecList } from './spec-shapes.ts';

export const specList = defineQuery({
  title: 'List specs',
  summary:
    'Lists the specs of a project with their documents, phase and task counts, without archived ones; `spec` names one of them.',
  args: v.strictObject({ project: ProjectArg, spec: v.optional(SpecArg) }),
  result: SpecList,
  scope: 'project',
  risk: 'read',
  aliases: [
    { method: 'GET', path: '/v1/machines/:machine/projects/:project/specs' },
    { method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec' },
  ],
  about: ['project', 'spec'],
  answer: async ({ spec }, copy) => {
    if (spec === undefined) return await listSpecs(copy, false);
    const found = await findListed(copy, spec, false);
    return found && { items: [await listSpec(copy, found)] };
  },
});
