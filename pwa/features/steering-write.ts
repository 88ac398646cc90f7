/** Writing a steering document, in words. */
import type { CommandFeature } from './feature.ts';
import { undoOfText } from './text-writes.ts';

export const steeringWrite: CommandFeature<'steering-write'> = {
  title: 'Write steering',
  label: ({ document }) => `${document}.md written`,
  undo: undoOfText('steering-write'),
};
