/** What waits for a person, over all machines: commands that did not do what was wished, approvals, machines that are gone. */
import type { CommandState, CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { AppState } from '../state/app-state.ts';

export interface Waiting {
  readonly commands: readonly CommandSummary[];
  readonly approvals: readonly { readonly machine: string; readonly document: Document }[];
  readonly machines: readonly Machine[];
  readonly count: number;
}

const unfulfilled: readonly CommandState[] = ['conflict', 'failed', 'refused', 'interrupted', 'unknown', 'expired'];
/** Older ones are history: Activity has them. */
const waitingMs = 24 * 60 * 60 * 1000;

/** What waits now. */
export function waitingOf({ commands, documents, machines }: AppState, now: number): Waiting {
  const failed = Object.values(commands)
    .filter(({ state, createdAt }) => unfulfilled.includes(state) && now - Date.parse(createdAt) < waitingMs)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const approvals = Object.entries(documents).flatMap(([machine, held]) => {
    return Object.values(held).flatMap((document) =>
      document.kind === 'approval' && document.meta.status === 'pending' ? [{ machine, document }] : [],
    );
  });
  const gone = Object.values(machines).filter(({ status }) => status === 'offline');
  return { commands: failed, approvals, machines: gone, count: failed.length + approvals.length + gone.length };
}
