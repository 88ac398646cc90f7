/** What was asked of the machines. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const activity: Hooks = {
  places: [
    {
      name: 'activity',
      screen: lazy(async () => ({ default: (await import('./Activity.tsx')).Activity })),
      under: 'inbox',
    },
  ],
};
