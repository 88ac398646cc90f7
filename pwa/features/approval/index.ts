/** Deciding on a text that an agent asks about. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

const screen = lazy(async () => ({ default: (await import('./Screen.tsx')).Screen }));

export const approval: Hooks = {
  places: [
    { name: 'approval', needs: 'machine', under: 'inbox', screen },
    // Opened in the Inbox, which stays beside it where there is room.
    { name: 'review', needs: 'machine', under: 'inbox', beside: true, screen },
  ],
};
