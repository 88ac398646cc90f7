/** Documents of a machine: the list, and one to read and write. */
import { lazy } from 'solid-js';
import type { Hooks } from '../place.ts';
import { useDraftsWaiting } from './waiting.ts';

export const documents: Hooks = {
  useWaiting: useDraftsWaiting,
  conflict: lazy(async () => ({ default: (await import('./Conflict.tsx')).Conflict })),
  places: [
    {
      name: 'documents',
      needs: 'machine',
      screen: lazy(async () => ({ default: (await import('./Documents.tsx')).Documents })),
      under: 'specs',
    },
    {
      name: 'document',
      needs: 'machine',
      under: 'documents',
      screen: lazy(async () => ({ default: (await import('./Document.tsx')).Document })),
    },
  ],
};
