/** Whether what is shown is all there is. Until a feed has been read once, nothing may be said about what is missing. */
import { feedOfMachine, organisationFeed } from '#contract/feed-name.ts';
import type { AppState } from '../app-state.ts';
import { keptMachines } from '../replica/kept-machines.ts';
import { machinesOf } from './sorts.ts';

/** Whether the machines of the organisation are known. */
export function areMachinesRead(state: AppState): boolean {
  return state.read[organisationFeed] === true;
}

/** Whether all documents of a machine are known. */
export function isMachineRead(state: AppState, machine: string): boolean {
  return state.read[feedOfMachine(machine)] === true;
}

/** "Reading 3 machines…"; undefined once everything that this device follows has been read. */
export function readingLine(state: AppState, now: number): string | undefined {
  if (!state.restored || !areMachinesRead(state)) return 'Reading…';
  const kept = keptMachines(Object.keys(machinesOf(state)), state.visits, now);
  const unread = kept.filter((machine) => !isMachineRead(state, machine)).length;
  if (unread === 0) return undefined;
  return unread === 1 ? 'Reading 1 machine…' : `Reading ${unread} machines…`;
}
