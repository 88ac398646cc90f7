/** Describes a project as the machine has it. */
import { describeProject } from '#contract/kinds/project-info.ts';
import { VERSION } from '#contract/version.ts';
import type { QueryHandler } from '../handler.ts';
import { folderRevOnDisk } from '../lookup.ts';

export const projectInfo: QueryHandler<'project-info'> = async (_args, { project }) => {
  const { id, name, layouts } = project;
  const formats = layouts.map(({ format }) => format);
  return await describeProject({ id, name, formats, version: VERSION }, [...project.documents.values()], (documents) =>
    folderRevOnDisk(project, { documents: new Map(documents.map((document) => [document.path, document])) }),
  );
};
