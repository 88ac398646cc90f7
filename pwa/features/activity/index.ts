/** What was asked of the machines. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';
import { useUnsent } from './waiting.ts';

export const activity: Hooks = {
  useWaiting: useUnsent,
  places: [
    {
      name: 'activity',
      screen: lazy(async () => ({ default: (await import('./Activity.tsx')).Activity })),
      under: 'inbox',
    },
  ],
};
