/** People and how they come in: members, keys, sessions, one's own profile, and who did what. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const people: Hooks = {
  places: [
    {
      name: 'members',
      screen: lazy(async () => ({ default: (await import('./Members.tsx')).Members })),
    },
    {
      name: 'keys',
      screen: lazy(async () => ({ default: (await import('./Keys.tsx')).Keys })),
    },
    {
      name: 'sessions',
      screen: lazy(async () => ({ default: (await import('./Sessions.tsx')).Sessions })),
    },
    {
      name: 'profile',
      screen: lazy(async () => ({ default: (await import('./Profile.tsx')).Profile })),
    },
    {
      name: 'audit',
      screen: lazy(async () => ({ default: (await import('./Audit.tsx')).Audit })),
    },
  ],
};
