/** A bridge's link as it is now, and what it hears and is told: the state that `link.ts` moves, and what is kept over reconnects. */
import type { Acknowledged, ConnectAnswer, ConnectRequest, Instance } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import { type Ladder, topOfLadder, type Way } from '#contract/ladder.ts';
import type { Problem } from '#contract/problems.ts';
import type { UploadNow } from '#contract/uploading.ts';
import type { Client } from '../net/client.ts';
import type { Interruption } from '../net/interruption.ts';
import type { AnswerSource } from './answers.ts';
import type { BatchSources, Pending } from './batch.ts';
import type { ChannelSource } from './channels.ts';
import type { RelayClock } from './clock.ts';
import type { RecordsTold } from './follower.ts';
import type { Gap } from './gaps.ts';
import { type HoldLearned, nothingLearned } from './hold.ts';
import type { InboxSink } from './inbox.ts';
import { type LinkEvent, type LinkState, linkLife } from './link.ts';
import { createNetworkMemory, type NetworkMemory } from './network-memory.ts';
import { createOutage, type NextTry, type Outage } from './outage.ts';
import type { Contact } from './persist.ts';
import type { CommandSink, PollMemory, QuerySink } from './poll.ts';
import type { ResultSource } from './results.ts';
import type { Rounds } from './rounds.ts';
import type { Sides } from './sides.ts';
import type { Untold } from './untold.ts';
import { createUploadTuning, type UploadTuning } from './upload-tuning.ts';

/** The machine's part of `connect`. */
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
  /** What both sides hold. Code that changes this machine's must also report the change to `untold`. */
  readonly sides: Sides;
  /** The current documents and their bytes. */
  readonly documents: Pick<BatchSources, 'document' | 'bytes'> & {
    /** A comparison begins, which leaves this out. */
    comparing(): readonly Gap[];
    /** Files that are still to be read for the first time; undefined where all were. */
    unread(): number | undefined;
    /** Documents of this machine, with those that are still to be read. */
    total(): number;
  };
  readonly announced: () => Announced;
  readonly commands: CommandSink & ResultSource;
  /** The machine's records. */
  readonly records: RecordsTold;
  readonly queries: QuerySink & AnswerSource;
  /** What goes to channels, and what comes from them. */
  readonly channels: { readonly source: ChannelSource; readonly inbox: InboxSink };
  readonly acknowledged: () => Acknowledged | null;
  readonly hears: LinkHears;
}

/** Callbacks for the events of a link. */
export interface LinkHears {
  connected(answer: ConnectAnswer): void;
  /** Everything is uploaded. */
  synced(): void;
  state(state: LinkState, why: string): void;
  /** A call failed. */
  trouble(interruption: Interruption, next: Pick<NextTry, 'ms' | 'looks'>): void;
  acknowledged(acknowledged: Acknowledged, told: readonly Pending[]): void;
  /** How far the upload is after a batch; undefined where nothing is left. */
  uploading(now: UploadNow | undefined): void;
  refused(told: Pending, problem: Problem): void;
  /** The conditions of this machine that the relay knows, at each poll. */
  conditions(conditions: readonly Condition[]): void;
  /** In which way inputs of channels come now; undefined while no channel takes any. */
  inbox(way: Way | undefined): void;
  note(sentence: string): void;
}

/** The state of one epoch. */
export interface LinkSession {
  readonly answer: ConnectAnswer;
}

export interface LinkNow {
  readonly deps: LinkDeps;
  readonly contact: Contact;
  readonly tuning: UploadTuning;
  readonly holds: NetworkMemory<HoldLearned>;
  readonly ladders: NetworkMemory<Ladder>;
  readonly memory: PollMemory;
  state: LinkState;
  session: LinkSession | undefined;
  /** The final refusal of the relay. */
  problem: Problem | undefined;
  /** Number of tries to connect. */
  attempt: number;
}

/** The initial state of a link. */
export function createLinkNow(deps: LinkDeps): LinkNow {
  const holds = createNetworkMemory(nothingLearned);
  const link: LinkNow = {
    deps,
    contact: contactOf(() => link, createOutage(deps.client)),
    tuning: createUploadTuning(),
    holds,
    ladders: createNetworkMemory(topOfLadder),
    memory: { after: 0, handle: '', acknowledged: undefined, wishedMs: 0, learned: holds.recall() },
    state: 'connecting',
    session: undefined,
    problem: undefined,
    attempt: 0,
  };
  return link;
}

/** Moves the link by an event, and reports a new state. */
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
