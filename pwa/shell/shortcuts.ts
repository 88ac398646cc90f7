/** The keys of the frame: `Ctrl K`, `/`, `?`, and `g` with the letter of a tab. */
import { entries } from '../places.ts';

/** How long `g` waits for its letter, in ms. */
const waitMs = 1500;

export interface ShortcutDeps {
  readonly open: (panel: 'palette' | 'help') => void;
  readonly go: (place: string) => void;
}

/** Listens outside of text fields and open panels. Returns a function that stops it. */
export function listenToKeys({ open, go }: ShortcutDeps): () => void {
  let waitsUntil = 0;
  const hear = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open('palette');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
    const place = Date.now() < waitsUntil ? entries.find(({ entry }) => entry.key === event.key) : undefined;
    waitsUntil = event.key === 'g' ? Date.now() + waitMs : 0;
    if (place !== undefined) {
      event.preventDefault();
      go(place.name);
    } else if (event.key === '?') open('help');
    else if (event.key === '/') {
      event.preventDefault();
      open('palette');
    }
  };
  addEventListener('keydown', hear);
  return () => removeEventListener('keydown', hear);
}

function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog[open]') !== null;
}
