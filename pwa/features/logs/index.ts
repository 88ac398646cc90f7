/** What was implemented for the tasks of a project's specs. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const logs: Hooks = {
  places: [
    {
      name: 'logs',
      needs: 'machine',
      under: 'specs',
      screen: lazy(async () => ({ default: (await import('./Logs.tsx')).Logs })),
    },
  ],
};
