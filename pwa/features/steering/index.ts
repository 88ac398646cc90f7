/** The steering documents of a project: what agents read before they write anything. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const steering: Hooks = {
  places: [
    {
      name: 'steering',
      needs: 'machine',
      under: 'specs',
      screen: lazy(async () => ({ default: (await import('./Steering.tsx')).Steering })),
    },
  ],
};
