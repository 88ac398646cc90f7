/** The machines of the organisation and how one is let in. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const machines: Hooks = {
  places: [
    {
      name: 'machines',
      screen: lazy(async () => ({ default: (await import('./Machines.tsx')).Machines })),
      entry: { label: 'Machines', rank: 90, icon: 'machines', atEnd: true },
    },
    {
      name: 'pair',
      screen: lazy(async () => ({ default: (await import('./Pair.tsx')).Pair })),
    },
  ],
};
