/** Watches a project that project-discover has listed. */
import * as v from 'valibot';
import { DiscoveryKey, ProjectChanged } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const projectAdd = defineCommand({
  title: 'Watch a project',
  summary:
    'Watches a project that project-discover lists, from now on, and uploads its specs. It takes a key and never a path, and the machine refuses it unless its policy allows `execute` or this kind.',
  args: v.strictObject({ key: DiscoveryKey }),
  result: ProjectChanged,
  scope: 'machine',
  lane: 'own',
  risk: 'execute',
  guards: [],
  about: ['key'],
  notice: whenNotDone,
  undo: (_args, { project }) => ({ kind: 'project-remove', args: { project } }),
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/add' }],
});
