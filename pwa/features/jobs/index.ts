/** The clean-up jobs of a machine: what each would do, before it does. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const jobs: Hooks = {
  places: [
    {
      name: 'jobs',
      needs: 'machine',
      under: 'machines',
      screen: lazy(async () => ({ default: (await import('./Jobs.tsx')).Jobs })),
    },
  ],
};
