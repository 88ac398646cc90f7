/** Asking what a project holds, in words. */
import type { CommandFeature } from './feature.ts';

export const projectInfo: CommandFeature<'project-info'> = {
  title: 'Describe a project',
  label: () => 'Project described',
};
