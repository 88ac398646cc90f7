/** What runs on the machines for people: terminals and runs, each with a screen of its own. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';

export const sessions: Hooks = {
  palette: async () => (await import('./palette.tsx')).usePalette,
  places: [
    {
      name: 'sessions',
      screen: lazy(async () => ({ default: (await import('./Sessions.tsx')).Sessions })),
      entry: { label: 'Sessions', rank: 30, icon: 'sessions', key: 't' },
    },
    {
      name: 'terminal',
      under: 'sessions',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./TerminalPlace.tsx')).TerminalPlace })),
    },
    {
      name: 'run',
      under: 'sessions',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./RunPlace.tsx')).RunPlace })),
    },
    {
      name: 'recording',
      under: 'sessions',
      beside: true,
      screen: lazy(async () => ({ default: (await import('./RecordingPlace.tsx')).RecordingPlace })),
    },
  ],
};
