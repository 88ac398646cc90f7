/** A channel: the feed of a record (`c.<record>`), with entries that the relay does not understand, at most one snapshot that stands for all before it, and inputs for its owner. */
import * as v from 'valibot';
import { AnyObject } from './any-object.ts';
import { Id, Rev } from './document.ts';
import { limits } from './limits.ts';
import { PROTOCOL } from './version.ts';

const p = v.literal(PROTOCOL);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const channels = <Part extends v.GenericSchema>(part: Part) =>
  v.pipe(v.array(part), v.maxLength(limits.channelsPerMachineMax));

/** The first line of `POST /v1/bridge/channels`; the second is the JSON array of parts, and `digest` the SHA-256 (hex) of its bytes. */
export const ChannelsEnvelope = v.object({ epoch: v.number(), digest: Rev });
export type ChannelsEnvelope = v.InferOutput<typeof ChannelsEnvelope>;

/**
 * What a bridge adds to one channel. `seq` is 1 for the first part of a channel, then one more each, whichever bridge process sends it;
 * 0 adds nothing and asks where the channel stands. `mark` is a note of the bridge, which answers repeat.
 */
export const ChannelPart = v.object({
  channel: Id,
  seq: count,
  /** At most `channelEntriesMax`: more are refused of this channel alone. */
  entries: v.optional(v.array(v.unknown()), []),
  /** Stands for all entries up to the end of this part: gzip, as base64. */
  snapshot: v.optional(v.pipe(v.string(), v.base64())),
  /** Every reader gets the snapshot in the place of the entries of this part, of which there must be one: they do not say all that happened. */
  replaces: v.optional(v.literal(true)),
  mark: v.optional(v.pipe(v.string(), v.maxLength(limits.channelMarkLengthMax))),
  /** Ends the log for good. */
  close: v.optional(v.literal(true)),
});
export type ChannelPart = v.InferOutput<typeof ChannelPart>;

export const ChannelParts = channels(ChannelPart);

/** Where a channel stands after a part. One that was refused has `code`; it does not hold up the others. */
export const ChannelStands = v.object({
  channel: v.string(),
  /** Of the last entry; 0 if there is none. */
  position: v.optional(count),
  /** Of the last part that was taken; the next one has one more. */
  seq: v.optional(count),
  mark: v.optional(v.string()),
  /** This part was taken before. */
  dup: v.optional(v.literal(true)),
  /** Whether anybody reads it now. */
  watched: v.optional(v.boolean()),
  /** A snapshot is wanted: much lies behind the last one. */
  compact: v.optional(v.literal(true)),
  /** The seq that was expected, of a `gap`. */
  expected: v.optional(count),
  /** `gap`, `channel-unknown`, `channel-closed`, `body-invalid`. */
  code: v.optional(v.string()),
  detail: v.optional(v.string()),
});
export type ChannelStands = v.InferOutput<typeof ChannelStands>;

export const ChannelsAnswer = v.object({ p, items: v.array(ChannelStands) });
export type ChannelsAnswer = v.InferOutput<typeof ChannelsAnswer>;

/**
 * The body of `POST /v1/bridge/inbox`, which is held. `after` names each open channel, with the position of the last input that was taken.
 * With `live` the answer is a stream of events that goes on from there: `inbox` is an answer each, between the `control` events `hello` and `recycle`.
 */
export const InboxRequest = v.object({
  epoch: v.number(),
  live: v.optional(v.literal('sse')),
  after: v.pipe(
    v.record(Id, count),
    v.check((after) => Object.keys(after).length <= limits.channelsPerMachineMax, 'These are too many channels'),
  ),
  /** The channels that are watched, as far as the bridge knows: the relay answers once it is otherwise. */
  watch: v.optional(channels(Id), []),
  /** `seen` of the last answer: the relay answers once others read. */
  seen: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** A stream lasts longer. */
  waitSeconds: v.pipe(v.number(), v.minValue(0), v.maxValue(limits.holdMsMax / 1000)),
});
export type InboxRequest = v.InferOutput<typeof InboxRequest>;

/** An input: text that is typed, or an object that the kind of record gives a meaning. */
export const Input = v.union([v.string(), AnyObject]);
export type Input = v.InferOutput<typeof Input>;

/** Who typed, and the key or session by which they did; an older relay does not say that. */
export const Typist = v.object({ person: v.string(), name: v.string(), device: v.exactOptional(v.string()) });

/** An input as the owner of the channel gets it. `at` in ms since 1970, by the clock of `now`. */
export const InputGiven = v.object({
  channel: v.string(),
  position: count,
  at: v.number(),
  by: Typist,
  input: Input,
});
export type InputGiven = v.InferOutput<typeof InputGiven>;

/** Somebody who reads a channel now, and the key or session by which they do. */
export const Reader = v.object({ channel: v.string(), person: v.string(), name: v.string(), device: v.string() });
export type Reader = v.InferOutput<typeof Reader>;

export const InboxAnswer = v.object({
  p,
  inputs: v.array(InputGiven),
  /** Those of the named channels that somebody reads. */
  watch: v.array(v.string()),
  readers: v.optional(v.array(Reader), []),
  /** Stands for these readers. */
  seen: v.optional(v.string(), ''),
  now: v.number(),
  next: v.object({ waitSeconds: v.number(), delayMs: v.number() }),
});
export type InboxAnswer = v.InferOutput<typeof InboxAnswer>;

/** The body of `POST /v1/records/:record/inputs`. `seq` is 1 for the first request of a producer, then one more each; a repeat is taken once. */
export const InputsRequest = v.strictObject({
  /** A name of the tab or script that types: 1 to 64 of A-Z a-z 0-9 _ - */
  producer: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'A producer has 1 to 64 of A-Z a-z 0-9 _ -')),
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  inputs: v.pipe(v.array(Input), v.minLength(1), v.maxLength(limits.inputsPerPostMax)),
});
export type InputsRequest = v.InferOutput<typeof InputsRequest>;

/** `position` of the last of these inputs. */
export const InputsAnswer = v.object({ p, position: count, dup: v.optional(v.literal(true)) });
export type InputsAnswer = v.InferOutput<typeof InputsAnswer>;

/** A snapshot as a stream tells it: it stands for every entry up to the offset that comes with it. */
export const SnapshotTold = v.object({
  /** SHA-256 (hex) of the gzip bytes. */
  rev: Rev,
  /** The gzip bytes as base64; a larger one is at `GET /v1/records/:record/snapshot/:rev`. */
  body: v.optional(v.string()),
});
export type SnapshotTold = v.InferOutput<typeof SnapshotTold>;
