/** Reads the documents of an archived spec. */
import * as v from 'valibot';
import { findSpecOf } from '../project-specs.ts';
import { ProjectArg, SpecArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { readSpec, SpecRead } from './spec-shapes.ts';

export const specArchivedRead = defineQuery({
  title: 'Read an archived spec',
  summary: 'The same for a spec in the archive.',
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: SpecRead,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/specs/:spec/all/archived' }],
  about: ['project', 'spec'],
  answer: async ({ spec }, copy) => {
    const documents = await copy.documents();
    if (documents === undefined) return undefined;
    const own = documents.filter(({ meta }) => (meta.archived === true) === true);
    return await readSpec(copy, findSpecOf(own, spec, copy.project.name));
  },
});
