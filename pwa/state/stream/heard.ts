/** When the relay heard the machines. Their events do not tell: a machine on which nothing happens sends none. */

import type { SetStoreFunction } from 'solid-js/store';
import type { Machine } from '#contract/machine.ts';
import type { Api } from '../../api.ts';
import { timeHere } from '../../relay-clock.ts';
import type { AppState } from '../app-state.ts';
import type { StateWritable } from '../facts/shown.ts';
import { machinesOf } from '../facts/sorts.ts';

/** How often it is asked for, while the page is seen. */
const everyMs = 15_000;
/** The first time waits for what the screen needs more. */
const firstMs = 1500;
/** How many machines are asked for in one request. */
const atOnceMax = 50;

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

  /** Of all machines in one request; in a large organisation of the one on the screen. */
  async function heardNow(machine: string): Promise<readonly Machine[]> {
    const isSmall = Object.keys(machinesOf(state)).length <= atOnceMax;
    if (!isSmall) return [await api.call('machine', { parameters: { machine } })];
    return (await api.call('machines', { query: { limit: atOnceMax } })).items;
  }

  async function look(machine: string): Promise<void> {
    const isOfUse = document.visibilityState === 'visible' && state.signedIn === 'yes' && navigator.onLine;
    const known = isOfUse ? await heardNow(machine).catch(() => []) : [];
    const times = known.flatMap(({ id, lastSeenAt }) => (lastSeenAt === undefined ? [] : [[id, timeHere(lastSeenAt)]]));
    if (times.length > 0) setState('heard', Object.fromEntries(times));
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
