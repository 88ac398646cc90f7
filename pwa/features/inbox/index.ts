/** What waits for the person, and what changed since they last looked. */
import { lazy } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { clock } from '../../ui/time.ts';
import type { Hooks } from '../place.ts';
import { waitingOf } from './waiting.ts';

export const inbox: Hooks = {
  places: [
    {
      name: 'inbox',
      screen: lazy(async () => ({ default: (await import('./Inbox.tsx')).Inbox })),
      entry: {
        label: 'Inbox',
        rank: 10,
        icon: 'inbox',
        key: 'i',
        isWaiting: true,
        useCount: () => {
          const { state } = useApp();
          return () => waitingOf(state, clock()).count;
        },
      },
    },
  ],
};
