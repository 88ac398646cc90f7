/** Finds machines by name, also among a thousand. Kept machines come first, and the list is short. */
import type { Machine } from '#contract/machine.ts';
import type { AppState } from '../state/app-state.ts';
import { machinesOf } from '../state/facts/sorts.ts';
import { keptMachines } from '../state/replica/kept-machines.ts';

/** How many are shown at first. */
export const shownFirst = 50;

export interface MachinesFound {
  readonly shown: readonly Machine[];
  /** Number of further matches. */
  readonly left: number;
}

/** All machines, in the order that all lists use. */
export function machinesByName(state: AppState): Machine[] {
  return Object.values(machinesOf(state)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The machines whose names contain all words, kept ones first; `most` of them. */
export function findMachines(state: AppState, words: string, now: number, most = shownFirst): MachinesFound {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = machinesByName(state).filter(({ name }) => wanted.every((word) => name.toLowerCase().includes(word)));
  const kept = new Set(keptMachines(Object.keys(machinesOf(state)), state.visits, now));
  const ordered = [...found.filter(({ id }) => kept.has(id)), ...found.filter(({ id }) => !kept.has(id))];
  return { shown: ordered.slice(0, most), left: Math.max(0, ordered.length - most) };
}
