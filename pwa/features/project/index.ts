/** What was done in a project over time. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const project: Hooks = {
  places: [
    {
      name: 'project',
      needs: 'machine',
      under: 'specs',
      screen: lazy(async () => ({ default: (await import('./Project.tsx')).Project })),
    },
  ],
};
