/** When the machine on the screen was heard by the relay. Its events do not tell: a machine on which nothing happens sends none. */

import type { SetStoreFunction } from 'solid-js/store';
import type { Api } from '../api.ts';
import { timeHere } from '../relay-clock.ts';
import type { AppState } from './app-state.ts';
import type { StateWritable } from './shown.ts';

/** How often it is asked for, while the page is seen. */
const everyMs = 15_000;
/** The first time waits for what the screen needs more. */
const firstMs = 1500;

export interface Heard {
  /** The machine that is on the screen now. */
  watch(machine: string): void;
}

export interface HeardDeps {
  readonly api: Api;
  readonly state: AppState;
  readonly setState: SetStoreFunction<StateWritable>;
}

/** Asks nothing until a machine is on the screen. */
export function createHeard({ api, state, setState }: HeardDeps): Heard {
  let watched: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(machine: string): Promise<void> {
    const isOfUse = document.visibilityState === 'visible' && state.signedIn === 'yes' && navigator.onLine;
    const known = isOfUse ? await api.call('machine', { parameters: { machine } }).catch(() => undefined) : undefined;
    if (known?.lastSeenAt !== undefined) setState('heard', { [machine]: timeHere(known.lastSeenAt) });
    if (watched === machine) timer = setTimeout(() => void look(machine), everyMs);
  }

  return {
    watch(machine) {
      if (machine === watched) return;
      watched = machine;
      clearTimeout(timer);
      timer = setTimeout(() => void look(machine), firstMs);
    },
  };
}
