/** What this device keeps, how it looks, and how the app is installed. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const settings: Hooks = {
  places: [
    {
      name: 'settings',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Settings.tsx')).Settings })),
    },
    {
      name: 'install',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Install.tsx')).Install })),
    },
  ],
};
