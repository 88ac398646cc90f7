/** Light, dark, or as the system: the person's choice, kept on this device. */
import { createSignal } from 'solid-js';

export const schemes = ['system', 'light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

/** Each in the words of the screens. */
export const schemeWords = { system: 'As the system', light: 'Light', dark: 'Dark' } as const satisfies Record<
  Scheme,
  string
>;

const storageKey = 'sallyport.scheme';

function stored(): Scheme {
  try {
    return schemes.find((known) => known === localStorage.getItem(storageKey)) ?? 'system';
  } catch {
    return 'system';
  }
}

const [scheme, setSignal] = createSignal<Scheme>(stored());
show(scheme());

/** The choice; reading it subscribes. */
export const chosenScheme = scheme;

/** Chooses, shows and keeps. */
export function setScheme(chosen: Scheme): void {
  setSignal(chosen);
  show(chosen);
  try {
    localStorage.setItem(storageKey, chosen);
  } catch {
    // A browser that keeps nothing asks again at the next visit.
  }
}

function show(chosen: Scheme): void {
  if (chosen === 'system') delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = chosen;
}
