/** Bringing things back from the trash, in words. */
import type { CommandFeature } from '../feature.ts';

export const trashRestore: CommandFeature<'trash-restore'> = {
  title: 'Restored from the trash',
  words: ({ items }) => {
    const what = items.length === 1 ? (items[0]?.split('/').at(-1) ?? 'it') : `${items.length} things`;
    return {
      doing: `Restoring ${what} from the trash`,
      done: `Restored ${what} from the trash`,
      toDo: `restore ${what} from the trash`,
    };
  },
};
