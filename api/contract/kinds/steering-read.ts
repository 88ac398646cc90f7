/** Reads a steering document. */
import * as v from 'valibot';
import { Problem } from '../problems.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { TextRead, textRead } from './spec-shapes.ts';
import { steeringNames } from './steering-write.ts';

export const steeringRead = defineQuery({
  title: 'Read a steering document',
  summary: 'Reads the product, tech, structure or principles document of a project.',
  args: v.strictObject({ project: ProjectArg, document: v.picklist(steeringNames) }),
  result: TextRead,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/steering/:document' }],
  about: ['project', 'document'],
  answer: async ({ document: name }, copy) => {
    const documents = await copy.documents();
    if (documents === undefined) return undefined;
    const document = documents.find(({ kind, path }) => kind === 'steering' && path.endsWith(`/${name}.md`));
    if (document === undefined) throw new Problem('steering-unknown', `There is no ${name}.md.`);
    return textRead(await copy.read(document.path));
  },
});
