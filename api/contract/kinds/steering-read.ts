/** Reads a steering document. */
import * as v from 'valibot';
import { Problem } from '../problems.ts';
import { SteeringFormat, steeringNames, steeringPaths } from '../steering.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { TextRead, textRead } from './spec-shapes.ts';

export const steeringRead = defineQuery({
  title: 'Read a steering document',
  summary: 'Reads the product, tech, structure or principles document of a project.',
  args: v.strictObject({ project: ProjectArg, document: v.picklist(steeringNames), format: SteeringFormat }),
  result: TextRead,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/steering/:document' }],
  about: ['project', 'document'],
  answer: async ({ document: name, format }, copy) => {
    const path = steeringPaths(copy.project, format).get(name);
    if (path === undefined || (await copy.document(path)) === undefined)
      throw new Problem('steering-unknown', `There is no ${name}.md.`);
    return textRead(await copy.read(path));
  },
});
