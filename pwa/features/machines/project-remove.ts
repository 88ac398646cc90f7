/** Stopping to watch a project, in words. */
import type { CommandFeature } from '../feature.ts';

export const projectRemove: CommandFeature<'project-remove'> = {
  title: 'Remove project',
  words: () => ({ doing: 'Removing the project', done: 'Project removed', toDo: 'remove the project' }),
};
