/** Reads the documents of an archived spec. */
import * as v from 'valibot';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { findListed, readSpec, SpecRead } from './spec-shapes.ts';

export const specArchivedRead = defineQuery({
  title: 'Read an archived spec',
  summary: 'Reads the documents of an archived spec, as spec-read reads those of the others.',
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: SpecRead,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/all/archived' }],
  about: ['project', 'spec'],
  answer: async ({ spec }, copy) => readSpec(copy, await findListed(copy, spec, true)),
});
