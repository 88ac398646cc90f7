/** What this device keeps, how it looks, and how the app is installed. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const settings: Hooks = {
  places: [
    {
      name: 'settings',
      screen: lazy(async () => ({ default: (await import('./Settings.tsx')).Settings })),
      entry: { label: 'Settings', rank: 95, atEnd: true },
    },
  ],
};
