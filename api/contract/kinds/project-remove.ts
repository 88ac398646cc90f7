/** Stops watching a project. */
import * as v from 'valibot';
import { ProjectArg, ProjectChanged } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const projectRemove = defineCommand({
  title: 'Stop watching a project',
  summary:
    'The machine stops watching a project, and the relay forgets its documents. No file of the project and no registry of a tool changes.',
  args: v.strictObject({ project: ProjectArg }),
  result: ProjectChanged,
  // Not `project`: run again after a crash, it finds a project that is not watched any more.
  scope: 'machine',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project'],
  notice: whenNotDone,
  undo: (_args, { key }) => ({ kind: 'project-add', args: { key } }),
  aliases: [{ method: 'DELETE', path: '/v1/machines/:machine/projects/:project' }],
});
