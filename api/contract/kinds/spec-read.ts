/** Reads the documents of a spec. */
import * as v from 'valibot';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { findListed, readSpec, SpecRead } from './spec-shapes.ts';

export const specRead = defineQuery({
  title: 'Read a spec',
  summary: 'Reads requirements, design and tasks of a spec, and lists its other files.',
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: SpecRead,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/all' }],
  about: ['project', 'spec'],
  answer: async ({ spec }, copy) => readSpec(copy, await findListed(copy, spec, false)),
});
