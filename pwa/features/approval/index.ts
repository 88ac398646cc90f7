/** Deciding on a text that an agent asks about. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const approval: Hooks = {
  places: [
    {
      name: 'approval',
      needs: 'machine',
      under: 'inbox',
      screen: lazy(async () => ({ default: (await import('./Screen.tsx')).Screen })),
    },
  ],
};
