/** Writing a steering document, in words. */
import type { CommandFeature } from './feature.ts';

export const steeringWrite: CommandFeature<'steering-write'> = { label: ({ document }) => `${document}.md written` };
