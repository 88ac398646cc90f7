/** Asking what a project holds, in words. */
import type { CommandFeature } from './feature.ts';

export const projectInfo: CommandFeature<'project-info'> = {
  title: 'Describe a project',
  words: () => ({ doing: 'Describing the project', done: 'Project described', toDo: 'describe the project' }),
};
