/** The calls between a bridge and the relay (`docs/protocol.md`, B rules). Both sides ignore unknown fields, because the other may be of another release. All bodies are JSON; answers carry `p`. */
import * as v from 'valibot';
import { IfRev, SettledState } from './command.ts';
import { Condition, Conditions } from './condition.ts';
import { CommandSignature, DeviceKey, Fingerprint } from './device-key.ts';
import { Id, label, Name, Path, Rev } from './document.ts';
import { limits } from './limits.ts';
import { PolicyTold, ProjectAnnounced } from './machine.ts';
import { QueryDelivered } from './query.ts';
import { RelayProof } from './relay-identity.ts';
import { RelayWord } from './relay-word.ts';
import { PROTOCOL } from './version.ts';

const p = v.literal(PROTOCOL);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const waitSeconds = v.pipe(v.number(), v.minValue(0), v.maxValue(limits.holdMsMax / 1000));

/** The relay's time, in ms since 1970. `storeAheadMs`: how far it is ahead of the clock of the relay's own machine, where that of its store (Redis) is another. */
const relayTime = { now: v.number(), storeAheadMs: v.optional(v.number()) };
export type RelayTime = v.InferOutput<v.ObjectSchema<typeof relayTime, undefined>>;

/** `GET /v1/hello`, which needs no key. `nonce` repeats the nonce of the request; `identity`, present with a nonce, proves the relay's identity. */
export const HelloAnswer = v.object({
  p,
  nonce: v.optional(RelayWord),
  ...relayTime,
  handle: RelayWord,
  version: RelayWord,
  minBridge: RelayWord,
  identity: v.optional(RelayProof),
});
export type HelloAnswer = v.InferOutput<typeof HelloAnswer>;

/** The last batch that a relay acknowledged to this bridge. The bridge keeps it, so that a relay notices when its store was restored from an older copy. */
export const Acknowledged = v.object({ handle: v.string(), epoch: v.number(), seq: count });
export type Acknowledged = v.InferOutput<typeof Acknowledged>;

/**
 * Who connects. `folder` is created with the bridge's data folder, `run` rises with each start on it, `nonce` is new for each process. Within a folder
 * the later run wins; another folder, or the same run with another nonce, is a second bridge with the same key.
 */
export const Instance = v.object({ folder: Id, run: v.pipe(count, v.minValue(1)), nonce: Id });
export type Instance = v.InferOutput<typeof Instance>;

/** Which journal a bridge keeps, and how many commands it has received. It distinguishes a bridge that never got a command from one whose folder was restored. */
export const JournalMark = v.object({ id: Id, count });
export type JournalMark = v.InferOutput<typeof JournalMark>;

export const ConnectRequest = v.object({
  /** A bridge of release 0.1.0 does not say who it is, and gives way to one that does. */
  instance: v.optional(Instance),
  /** Number of the connect within its process, so that a repeated or late one changes nothing. */
  attempt: v.optional(count, 0),
  name: Name,
  os: label(100),
  version: label(50),
  projects: v.pipe(v.array(ProjectAnnounced), v.maxLength(limits.projectsPerMachineMax)),
  kinds: v.pipe(v.array(label(64)), v.maxLength(200)),
  policy: PolicyTold,
  /** Keys whose signed commands the machine accepts. */
  signers: v.optional(v.pipe(v.array(Fingerprint), v.maxLength(limits.deviceKeysMax))),
  /** Conditions that people should know about while they last. */
  conditions: v.optional(Conditions),
  acknowledged: v.nullable(Acknowledged),
  journal: v.optional(JournalMark),
  manifestDigest: Rev,
  /** The revs of all records that the machine has, by id; absent of a bridge that tells none. */
  records: v.optional(
    v.pipe(v.record(Id, Rev), v.maxEntries(limits.recordsPerMachineMax, 'These are too many records')),
  ),
});
export type ConnectRequest = v.InferOutput<typeof ConnectRequest>;

/** `resync`: the manifests differ, send yours page by page. */
export const ConnectAnswer = v.object({
  p,
  machine: Id,
  epoch: v.number(),
  handle: RelayWord,
  ...relayTime,
  resync: v.boolean(),
  waitSeconds: v.number(),
  /** Ids of the records that the relay lacks or holds otherwise; absent where none were named. */
  wantRecords: v.optional(v.array(Id)),
});
export type ConnectAnswer = v.InferOutput<typeof ConnectAnswer>;

/** Device keys of the organisation, as registered at the relay. */
export const DeviceKeysAnswer = v.object({ p, items: v.array(DeviceKey) });

/** The documents of a manifest page that the relay wants. */
export const ManifestAnswer = v.object({ p, want: v.array(v.tuple([Id, Path])) });
export type ManifestAnswer = v.InferOutput<typeof ManifestAnswer>;

export const IngestAnswer = v.object({ p, seq: count, dup: v.optional(v.literal(true)) });
export type IngestAnswer = v.InferOutput<typeof IngestAnswer>;

/** `offset`: number of bytes that the relay has. `done`: it has all, and their SHA-256 is the rev. */
export const BlobAnswer = v.object({ p, offset: count, done: v.boolean() });
export type BlobAnswer = v.InferOutput<typeof BlobAnswer>;

/** A lease token, `<epoch>.<attempt>`. */
export const Lease = v.pipe(v.string(), v.regex(/^\d{1,16}\.\d{1,16}$/));

export const PollRequest = v.object({
  epoch: v.number(),
  /** Position of the last command received; 0 at first and after a new handle. */
  after: count,
  /** The `seq` of the last batch of this epoch that was acknowledged. A relay that has less was restored from an older copy, and answers `resync`. */
  acknowledged: v.optional(count),
  /** Every command that the bridge has and whose result was not acknowledged yet; their leases are renewed. */
  holding: v.pipe(v.array(v.object({ id: Id, lease: Lease })), v.maxLength(limits.commandsQueuedMax)),
  journal: v.optional(JournalMark),
  /** Ids of the queries that the bridge has and whose answers were not acknowledged yet; they are not sent again. */
  asking: v.optional(v.pipe(v.array(Id), v.maxLength(limits.queriesPerMachineMax))),
  waitSeconds,
});
export type PollRequest = v.InferOutput<typeof PollRequest>;

/** A command as a bridge gets it. `expiresAt`, `leasedUntil`: ms since 1970 by the relay's clock. */
export const CommandDelivered = v.object({
  id: Id,
  position: count,
  kind: RelayWord,
  args: v.record(v.string(), v.unknown()),
  ifRev: v.optional(IfRev),
  by: RelayWord,
  expiresAt: v.number(),
  lease: Lease,
  leasedUntil: v.number(),
  signature: v.optional(CommandSignature),
});
export type CommandDelivered = v.InferOutput<typeof CommandDelivered>;

export const PollAnswer = v.object({
  p,
  commands: v.array(CommandDelivered),
  after: count,
  /** Ids of commands that a person wants to cancel. */
  cancel: v.array(Id),
  /** Queries to answer before `until`. They are sent again until the bridge names them in `asking` or answers. */
  queries: v.optional(v.array(QueryDelivered), []),
  /** Conditions of the machine that the relay knows of; absent if there are none. */
  conditions: v.optional(v.array(Condition)),
  ...relayTime,
  next: v.object({ waitSeconds: v.number(), delayMs: v.number() }),
});
export type PollAnswer = v.InferOutput<typeof PollAnswer>;

export const ResultItem = v.object({
  id: Id,
  lease: Lease,
  state: SettledState,
  /** For `done`, the kind's result; for other states, `problem` is a `CommandProblem`. */
  result: v.optional(v.unknown()),
  problem: v.optional(v.unknown()),
});
export type ResultItem = v.InferOutput<typeof ResultItem>;

export const ResultsRequest = v.object({
  epoch: v.number(),
  items: v.pipe(v.array(ResultItem), v.maxLength(100)),
});
export type ResultsRequest = v.InferOutput<typeof ResultsRequest>;

/** The bridge drops a result once it has any of these outcomes. */
export const ResultsAnswer = v.object({
  p,
  items: v.array(v.object({ id: Id, outcome: v.picklist(['ok', 'dup', 'unknown']) })),
});
export type ResultsAnswer = v.InferOutput<typeof ResultsAnswer>;

/** Tells one try from others of the same machine. */
export const TryNumber = v.pipe(v.string(), v.regex(/^[\w-]{1,32}$/));

/** What arrived of a body that a bridge sent to try the network: its length, its SHA-256, the machine whose key came along, and how often a request with this number has arrived within a minute. */
export const TryAnswer = v.object({ p, machine: Id, bytes: count, rev: Rev, arrived: v.optional(count) });
export type TryAnswer = v.InferOutput<typeof TryAnswer>;

export const ByeRequest = v.object({ epoch: v.number() });
export type ByeRequest = v.InferOutput<typeof ByeRequest>;
