/** A bridge's link as it is now, and what it hears and is told: the state that `link.ts` moves, and what is kept over reconnects. */
import type { Acknowledged, ConnectAnswer, ConnectRequest, Instance } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import type { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import type { Interruption } from '../net/interruption.ts';
import type { AnswerSource } from './answers.ts';
import type { BatchSources, Pending } from './batch.ts';
import type { RelayClock } from './clock.ts';
import type { Manifest } from './digest.ts';
import { createHoldMemory, type HoldMemory } from './hold-memory.ts';
import { type LinkEvent, type LinkState, linkLife } from './link.ts';
import { createOutage, type NextTry, type Outage } from './outage.ts';
import type { Contact } from './persist.ts';
import type { CommandSink, PollMemory, QuerySink } from './poll.ts';
import type { ResultSource } from './results.ts';
import type { Rounds } from './rounds.ts';
import type { Untold } from './untold.ts';
import { createUploadTuning, type UploadTuning } from './upload-tuning.ts';

/** What connect says of the machine. */
export type Announced = Pick<
  ConnectRequest,
  'name' | 'os' | 'version' | 'projects' | 'kinds' | 'policy' | 'signers' | 'conditions'
>;

export interface LinkDeps {
  readonly client: Client;
  readonly clock: RelayClock;
  readonly instance: Instance;
  readonly untold: Untold;
  readonly rounds: Rounds;
  /** What the machine holds now; whoever changes it says so to `untold`. */
  readonly manifest: Manifest;
  /** Documents and their bytes as they are now. */
  readonly documents: Pick<BatchSources, 'document' | 'bytes'>;
  readonly announced: () => Announced;
  readonly commands: CommandSink & ResultSource;
  readonly queries: QuerySink & AnswerSource;
  readonly acknowledged: () => Acknowledged | null;
  readonly hears: LinkHears;
}

/** What is told of a link. */
export interface LinkHears {
  connected(answer: ConnectAnswer): void;
  /** Everything is up. */
  synced(): void;
  state(state: LinkState, why: string): void;
  /** A call did not get through. */
  trouble(interruption: Interruption, next: NextTry): void;
  acknowledged(acknowledged: Acknowledged, told: readonly Pending[]): void;
  refused(told: Pending, problem: Problem): void;
  /** What the relay knows of this machine, whether it is new or not. */
  conditions(conditions: readonly Condition[]): void;
  note(sentence: string): void;
}

/** What holds for one epoch. */
export interface LinkSession {
  readonly answer: ConnectAnswer;
  /** What the relay holds. */
  readonly manifest: Manifest;
}

export interface LinkNow {
  readonly deps: LinkDeps;
  readonly contact: Contact;
  readonly tuning: UploadTuning;
  readonly holds: HoldMemory;
  readonly memory: PollMemory;
  state: LinkState;
  session: LinkSession | undefined;
  /** The problem for which the relay refuses this bridge for good. */
  problem: Problem | undefined;
  /** How often connect was tried. */
  attempt: number;
}

/** A link that has not begun. */
export function createLinkNow(deps: LinkDeps): LinkNow {
  const holds = createHoldMemory();
  const link: LinkNow = {
    deps,
    contact: contactOf(() => link, createOutage(deps.client.knock)),
    tuning: createUploadTuning(),
    holds,
    memory: { after: 0, handle: '', wishedMs: 0, learned: holds.recall() },
    state: 'connecting',
    session: undefined,
    problem: undefined,
    attempt: 0,
  };
  return link;
}

/** Moves the link by an event, and says so where that is another state. */
export function move(link: LinkNow, event: LinkEvent, why: string): void {
  const next = linkLife[link.state][event];
  if (next === link.state) return;
  link.state = next;
  link.deps.hears.state(next, why);
}

function contactOf(link: () => LinkNow, outage: Outage): Contact {
  return {
    heard: () => {
      outage.over();
      move(link(), 'heard', link().deps.client.where);
    },
    broke: async (interruption, failures, signal) => {
      const next = outage.next(interruption, failures);
      move(link(), 'broke', interruption.message);
      link().deps.hears.trouble(interruption, next);
      await outage.wait(next, signal);
    },
  };
}
