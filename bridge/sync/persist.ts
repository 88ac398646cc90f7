/** Repeats a call until the relay itself answers. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { Interruption } from '../net/interruption.ts';
import type { LinkEvent } from './link.ts';

/** Ends the work of a link's state: the event that moves the link, and why. */
export class LinkMoved extends Error {
  override readonly name = 'LinkMoved';
  readonly event: LinkEvent;
  readonly problem: Problem | undefined;

  constructor(event: LinkEvent, why: string, problem?: Problem) {
    super(why, problem === undefined ? undefined : { cause: problem });
    this.event = event;
    this.problem = problem;
  }
}

/** Callbacks of the link for its calls. */
export interface Contact {
  /** A call failed for the `failures + 1`th time; resolves when it is time to try again, rejects when `signal` aborts. */
  broke(interruption: Interruption, failures: number, signal: AbortSignal): Promise<void>;
  heard(): void;
}

export interface Persistence {
  readonly contact: Contact;
  readonly signal: AbortSignal;
  /** Give up (with `lost`) after as long as a machine counts as present without an answer; else never. */
  readonly untilLost?: boolean;
  /** May handle an interruption itself: true means try again at once. */
  readonly mend?: (interruption: Interruption) => boolean;
}

/** The answer to `attempt`, repeated with backoff until there is one. Throws the relay's Problem, or LinkMoved for problems of the link. */
export async function persist<Answer>(attempt: () => Promise<Answer>, persistence: Persistence): Promise<Answer> {
  const { contact, signal } = persistence;
  const began = performance.now();
  for (let failures = 0; ; failures++) {
    try {
      const answer = await attempt();
      contact.heard();
      return answer;
    } catch (error) {
      if (error instanceof Problem) {
        contact.heard();
        throw movedBy(error) ?? error;
      }
      if (!(error instanceof Interruption)) throw error;
      signal.throwIfAborted();
      if (persistence.mend?.(error)) continue;
      if (persistence.untilLost && performance.now() - began > limits.presenceMs)
        throw new LinkMoved('lost', error.message);
      await contact.broke(error, failures, signal);
    }
  }
}

/** Problems of the link, and not of the call. Only four of them are final, because others (a gateway that removes a header, a relay on an empty folder) are usually fixed some day. */
export function movedBy(problem: Problem): LinkMoved | undefined {
  switch (problem.code) {
    case 'key-revoked':
    case 'machine-removed':
    case 'superseded':
    case 'bridge-outdated':
      return new LinkMoved('refused', problem.message, problem);
    case 'resync':
    case 'gap':
    case 'project-unknown':
      return new LinkMoved('resync', problem.message, problem);
    default:
      return undefined;
  }
}
