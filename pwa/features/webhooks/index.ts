/** Addresses that the relay tells of notices, for admins. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const webhooks: Hooks = {
  places: [
    {
      name: 'webhooks',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Webhooks.tsx')).Webhooks })),
    },
  ],
};
