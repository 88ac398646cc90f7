/** What waits for a person: what the machines that are kept here show, and what was typed on this device. */
import type { CommandState, CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { AppState, Draft, Wish } from '../state/app-state.ts';
import { keptMachines } from '../state/kept-machines.ts';
import { commandsOf, documentsOf, machinesOf, machinesWithDocuments } from '../state/sorts.ts';

export interface Waiting {
  readonly commands: readonly CommandSummary[];
  readonly approvals: readonly { readonly machine: string; readonly document: Document }[];
  readonly machines: readonly Machine[];
  /** Those that say something of themselves, with the next step. */
  readonly saying: readonly Machine[];
  /** Typed here, and not on its way. */
  readonly drafts: readonly Draft[];
  readonly count: number;
}

const unfulfilled: readonly CommandState[] = ['conflict', 'failed', 'refused', 'interrupted', 'unknown', 'expired'];
/** Older ones are history: Activity has them. */
const waitingMs = 24 * 60 * 60 * 1000;

/** What waits now. */
export function waitingOf(state: AppState, now: number): Waiting {
  const all = machinesOf(state);
  const machines = keptMachines(Object.keys(all), state.visits, now).flatMap((id) => all[id] ?? []);
  const commands = failedOf(state, now);
  const approvals = approvalsOf(state);
  const gone = machines.filter(({ status }) => status === 'offline');
  const saying = machines.filter(({ conditions = [] }) => conditions.length > 0);
  const drafts = Object.values(state.drafts)
    .filter((draft) => !isUnderWay(draft, state.wishes))
    .sort((a, b) => b.changedAt - a.changedAt);
  const count = [commands, approvals, gone, saying, drafts].reduce((sum, { length }) => sum + length, 0);
  return { commands, approvals, machines: gone, saying, drafts, count };
}

function failedOf(state: AppState, now: number): readonly CommandSummary[] {
  // A draft speaks for the command that did not bring it to the machine.
  const drafted = new Set(Object.values(state.drafts).map(({ wish }) => wish));
  return commandsOf(state)
    .filter(({ id, state: of, createdAt }) => {
      return unfulfilled.includes(of) && !drafted.has(id) && now - Date.parse(createdAt) < waitingMs;
    })
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

function approvalsOf(state: AppState): Waiting['approvals'] {
  return machinesWithDocuments(state).flatMap((machine) =>
    Object.values(documentsOf(state, machine)).flatMap((document) =>
      document.kind === 'approval' && document.meta.status === 'pending' ? [{ machine, document }] : [],
    ),
  );
}

/** The command that was to bring a draft to the machine. */
export function wishOfDraft({ wish }: Draft, wishes: AppState['wishes']): Wish | undefined {
  return wish === undefined ? undefined : wishes.find(({ id }) => id === wish);
}

/** Whether a draft is on its way to the machine. */
export function isUnderWay(draft: Draft, wishes: AppState['wishes']): boolean {
  const state = wishOfDraft(draft, wishes)?.state;
  return state === 'sending' || state === 'queued' || state === 'delivered';
}
