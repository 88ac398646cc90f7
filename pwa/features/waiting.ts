/** What waits for a person, over all machines: commands that did not do what was wished, approvals, machines that are gone. */
import type { CommandState, CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { AppState, Draft, Wish } from '../state/app-state.ts';

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
export function waitingOf({ commands, documents, machines, wishes, drafts }: AppState, now: number): Waiting {
  // A draft speaks for the command that did not bring it to the machine.
  const drafted = new Set(Object.values(drafts).map(({ wish }) => wish));
  const failed = Object.values(commands)
    .filter(({ id, state, createdAt }) => {
      return unfulfilled.includes(state) && !drafted.has(id) && now - Date.parse(createdAt) < waitingMs;
    })
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const approvals = Object.entries(documents).flatMap(([machine, held]) => {
    return Object.values(held).flatMap((document) =>
      document.kind === 'approval' && document.meta.status === 'pending' ? [{ machine, document }] : [],
    );
  });
  const gone = Object.values(machines).filter(({ status }) => status === 'offline');
  const saying = Object.values(machines).filter(({ conditions = [] }) => conditions.length > 0);
  const typed = Object.values(drafts)
    .filter((draft) => !isUnderWay(draft, wishes))
    .sort((a, b) => b.changedAt - a.changedAt);
  const count = failed.length + approvals.length + gone.length + saying.length + typed.length;
  return { commands: failed, approvals, machines: gone, saying, drafts: typed, count };
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
