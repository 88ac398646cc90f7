/** Writing a steering document, in words. */
import type { CommandFeature } from './feature.ts';

export const steeringWrite: CommandFeature<'steering-write'> = {
  title: 'Write steering',
  label: ({ document }) => `${document}.md written`,
};
