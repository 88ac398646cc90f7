/** Full-text search over what is on this device. */
import { onCleanup } from 'solid-js';
import type { Hooks } from '../place.ts';
import { endSearch } from './running.ts';

export const search: Hooks = {
  palette: async () => (await import('./found-texts.tsx')).usePalette,
  around: (props) => {
    onCleanup(endSearch);
    return props.children;
  },
};
