/** The machines of the organisation, how one is let in, and what of each this device keeps. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const machines: Hooks = {
  places: [
    {
      name: 'machines',
      screen: lazy(async () => ({ default: (await import('../../views/Machines.tsx')).Machines })),
      entry: { label: 'Machines', rank: 90, icon: 'machines', atEnd: true },
    },
    {
      name: 'pair',
      screen: lazy(async () => ({ default: (await import('../../views/Pair.tsx')).Pair })),
    },
    {
      name: 'settings',
      screen: lazy(async () => ({ default: (await import('../../views/Settings.tsx')).Settings })),
      entry: { label: 'Settings', rank: 95, atEnd: true },
    },
  ],
};
