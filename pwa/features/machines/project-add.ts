/** Watching a project, in words. */
import type { CommandFeature } from '../feature.ts';

export const projectAdd: CommandFeature<'project-add'> = {
  title: 'Add project',
  words: () => ({ doing: 'Adding the project', done: 'Project added', toDo: 'add the project' }),
};
