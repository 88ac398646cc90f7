/** What waits for the person, and what changed since they last looked. */
import { lazy } from 'solid-js';
import { useFrame } from '../../shell/frame.ts';
import type { Hooks } from '../place.ts';
import { isWaiting } from '../waiting-line.ts';
import { useNotices } from './notice-lines.ts';

export const inbox: Hooks = {
  useWaiting: useNotices,
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
          const { waiting } = useFrame();
          return () => waiting().filter(isWaiting).length;
        },
      },
    },
    {
      name: 'change',
      needs: 'machine',
      under: 'inbox',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./Change.tsx')).Change })),
    },
  ],
};
