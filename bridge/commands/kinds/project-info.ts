/** Describes a project as the machine has it, with the checkouts in which agents work on it. */
import { describeProject } from '#contract/kinds/project-info.ts';
import { VERSION } from '#contract/version.ts';
import type { QueryHandler } from '../handler.ts';
import { folderRevOnDisk } from '../lookup.ts';

export const projectInfo: QueryHandler<'project-info'> = async (_args, { project, watchList }) => {
  const { id, name, root, layouts } = project;
  const formats = layouts.map(({ format }) => format);
  const described = await describeProject(
    { id, name, formats, version: VERSION },
    [...project.documents.values()],
    (documents) =>
      folderRevOnDisk(project, { documents: new Map(documents.map((document) => [document.path, document])) }),
  );
  if (!formats.some((format) => format !== 'lean-spec')) return described;
  const workspaces = (await watchList.workspaces(root)).map(({ name: called, main, branch, agents }) => ({
    name: called,
    main,
    ...(branch !== undefined && { branch }),
    agents,
  }));
  return { ...described, workspaces };
};
