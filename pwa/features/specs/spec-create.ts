/** Making a spec, in words. */
import type { CommandFeature } from '../feature.ts';

export const specCreate: CommandFeature<'spec-create'> = {
  title: 'New spec',
  words: ({ name }) => ({ doing: `Making ${name}`, done: `${name} made`, toDo: `make ${name}` }),
};
