/** The rules of a wish, without I/O: what it covers on the screen, which wish it must follow, and what a reload does with it. */
import type { CommandProblem, CommandRecord, CommandSummary } from '#contract/command.ts';
import { type CommandState, isSettled } from '#contract/command-life.ts';
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { ProblemJson } from '#contract/problems.ts';

/** A command that this device sent, from the tap on: shown at once, rolled back when it fails. */
export interface Wish {
  readonly id: string;
  readonly machine: string;
  readonly kind: CommandKindName;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifRev: string | undefined;
  /** `sending`: not yet taken by the relay. `unsent`: it could not be taken; `problem` says why. */
  readonly state: CommandState | 'sending' | 'unsent';
  readonly sentAt: number;
  readonly problem?: CommandProblem;
  readonly result?: unknown;
  /** Shown instead of the document while the command is under way. */
  readonly optimistic?: Document;
}

/** A wish as it is kept until it is dismissed. */
export interface WishKept extends Wish {
  readonly whenOffline: 'refuse' | 'queue';
  /** The rev that the person saw. `ifRev` may be a later one, left by an earlier wish of this device. */
  readonly seenRev: string | undefined;
  /** The rev below `optimistic` when it was wished. */
  readonly coveredRev: string | undefined;
  /** Whether a try to send it ended without an answer, so that the relay may have it. */
  readonly maybeTaken: boolean;
  /** Number of known receipts. An answer with fewer is outdated. */
  readonly receipts: number;
  readonly endedAt: number | undefined;
}

/** Whether the wish has ended. Only a late result can still change it. */
export function hasEnded({ state }: Wish): boolean {
  return state === 'unsent' || (state !== 'sending' && isSettled(state));
}

/** Whether the wish's document is shown instead of `base`: while it is under way, and once done until the file is seen to have changed, for `limits.optimisticMs` at most. */
export function covers(wish: WishKept, base: Document | undefined, now: number): boolean {
  if (wish.optimistic === undefined) return false;
  if (!hasEnded(wish)) return true;
  if (wish.state !== 'done' || wish.endedAt === undefined) return false;
  const asBefore = base?.rev === wish.coveredRev || (wish.ifRev !== undefined && base?.rev === wish.ifRev);
  return asBefore && now - wish.endedAt < limits.optimisticMs;
}

/** The target of a wish, by which two wishes of this device can conflict. */
export function subjectOf({ machine, optimistic, args }: Pick<Wish, 'machine' | 'optimistic' | 'args'>): string {
  const subject = optimistic === undefined ? `${args.project}\n${args.spec ?? ''}` : documentKey(optimistic);
  return `${machine}\n${subject}`;
}

/**
 * The wish of this device that has to end before this one is sent: the newest earlier one on the same version of the same
 * file. Its result is then the version to go on from, so that two quick taps are no conflict. Never for a text that was
 * typed, which would silently undo the earlier change, or land in the wrong place. `earlier` is newest first.
 */
export function predecessorOf(wish: WishKept, earlier: readonly WishKept[], now: number): WishKept | undefined {
  if (wish.seenRev === undefined || wish.seenRev === 'absent' || isText(wish)) return undefined;
  const subject = subjectOf(wish);
  return earlier.find(
    (other) =>
      other.id !== wish.id &&
      other.seenRev === wish.seenRev &&
      subjectOf(other) === subject &&
      (!hasEnded(other) || (other.state === 'done' && now - (other.endedAt ?? 0) < 2 * limits.optimisticMs)),
  );
}

/** Whether it carries a text, as a whole or as edits. */
function isText({ args }: Wish): boolean {
  return Object.hasOwn(args, 'content') || Object.hasOwn(args, 'edits');
}

/** The rev that a done wish left, if its result has one. */
export function revAfter({ state, result }: Wish): string | undefined {
  if (state !== 'done' || typeof result !== 'object' || result === null || !('rev' in result)) return undefined;
  return typeof result.rev === 'string' ? result.rev : undefined;
}

/** What to do with a wish after a reload: send it (again), look it up at the relay, or nothing. */
export function resumptionOf(wish: WishKept, now: number): 'send' | 'look' | 'nothing' {
  if (wish.state === 'unsent') return wish.maybeTaken ? 'look' : 'nothing';
  if (hasEnded(wish)) return 'nothing';
  if (wish.state !== 'sending') return 'look';
  if (wish.whenOffline === 'queue') return 'send';
  return now - wish.sentAt < limits.commandExpiryMs ? 'send' : 'look';
}

/** Whether a reload still shows it: not if it is done, or older than a week. */
export function outlivesReload(wish: WishKept, now: number): boolean {
  if (wish.state === 'done' || wish.state === 'cancelled') return false;
  return wish.endedAt === undefined || now - wish.endedAt < limits.commandExpiryMsMax;
}

/** The wish after news about its command. Outdated news changes nothing. */
export function afterWord(wish: WishKept, word: CommandSummary | CommandRecord, now: number): WishKept {
  if (word.receipts.length < wish.receipts) return wish;
  const ended = isSettled(word.state);
  const { problem: _problem, ...rest } = wish;
  return {
    ...rest,
    state: word.state,
    receipts: word.receipts.length,
    maybeTaken: false,
    endedAt: ended ? (wish.endedAt ?? now) : undefined,
    ...(word.problem === undefined ? {} : { problem: word.problem }),
    ...('result' in word && word.result !== undefined ? { result: word.result } : {}),
  };
}

/** The wish, marked as not accepted by the relay. */
export function asUnsent(wish: WishKept, problem: NonNullable<Wish['problem']>, now: number): WishKept {
  return { ...wish, state: 'unsent', problem, endedAt: now };
}

/** The parts of a problem that a wish stores. */
export function wishProblem({ code, title, detail, hint, ...extra }: ProblemJson): NonNullable<Wish['problem']> {
  const currentRev = typeof extra.currentRev === 'string' ? { currentRev: extra.currentRev } : {};
  return { code, title, hint, ...(detail === undefined ? {} : { detail }), ...currentRev };
}

/** The problem of a wish that could not be sent without a network. */
export const relayAway = {
  code: 'relay-away',
  title: 'The relay cannot be reached',
  hint: 'Nothing was changed. Try again when you are back online, or choose “send when it is back”.',
} as const;

/** The problem of a wish that the relay does not know (any longer). */
export const neverTaken = {
  code: 'command-unknown',
  title: 'The relay does not have this command',
  hint: 'Check the document, then send the command again if you still need it.',
} as const;
