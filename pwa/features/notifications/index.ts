/** Which devices are notified, of what, and when not. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const notifications: Hooks = {
  places: [
    {
      name: 'notifications',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Notifications.tsx')).Notifications })),
    },
  ],
};
