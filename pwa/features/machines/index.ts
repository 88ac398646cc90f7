/** The machines of the organisation, each with a page of its own, and how one is let in. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';
import { useMachinesWaiting } from './waiting.ts';

export const machines: Hooks = {
  useWaiting: useMachinesWaiting,
  places: [
    {
      name: 'machines',
      screen: lazy(async () => ({ default: (await import('./Machines.tsx')).Machines })),
      entry: { label: 'Machines', rank: 90, icon: 'machines', key: 'm' },
    },
    {
      name: 'machine',
      needs: 'machine',
      under: 'machines',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./MachinePage.tsx')).MachinePage })),
    },
    {
      name: 'pair',
      under: 'machines',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Pair.tsx')).Pair })),
    },
  ],
};
