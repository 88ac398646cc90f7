/** You, and what is inside: people and how they come in, keys, sign-ins, one's own profile, what is kept, and who did what. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const people: Hooks = {
  places: [
    {
      name: 'you',
      screen: lazy(async () => ({ default: (await import('./You.tsx')).You })),
      entry: { label: 'You', rank: 95, icon: 'you', key: 'y', atEnd: true },
    },
    {
      name: 'members',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Members.tsx')).Members })),
    },
    {
      name: 'keys',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Keys.tsx')).Keys })),
    },
    {
      name: 'sign-ins',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./SignIns.tsx')).SignIns })),
    },
    {
      name: 'profile',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Profile.tsx')).Profile })),
    },
    {
      name: 'usage',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Usage.tsx')).Usage })),
    },
    {
      name: 'audit',
      under: 'you',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Audit.tsx')).Audit })),
    },
  ],
};
