/** What was asked of the machines. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const activity: Hooks = {
  places: [
    {
      name: 'activity',
      needs: 'machine',
      screen: lazy(async () => ({ default: (await import('./Activity.tsx')).Activity })),
      entry: { label: 'Activity', rank: 40, icon: 'activity' },
    },
  ],
};
