/** Feeds: logs that can be followed, of an organisation (`o`), of the reader (`p`), of a machine (`m.<id>`), whose events are changes of items; and of a record (`c.<id>`), whose events are entries. */
import * as v from 'valibot';
import { SnapshotTold } from './channel.ts';
import { recordOfFeed } from './feed-name.ts';
import { limits } from './limits.ts';
import { PROTOCOL } from './version.ts';

const p = v.literal(PROTOCOL);

/** The name of a feed. */
export const FeedName = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^(o|p|[a-z]\..+)$/u, 'A feed is o, p, m.<machine>, c.<record>, or one of a service'),
);

/** What is said of text that has not the form of an offset. */
export const notAnOffset = 'An offset is -1, now, or one that this relay gave';

/** An opaque position in one feed, independent of other feeds. `-1` is the start of what is retained, `now` the end. */
export const FeedOffset = v.pipe(v.string(), v.regex(/^(-1|now|[A-Za-z0-9_-]{1,44}\.\d{1,15})$/, notAnOffset));

const common = { key: v.string(), at: v.string() };

/** A change of one item. `item` is its sort (`document`, `command`, `machine` …), `from` its key before a move. Idempotent. */
export const ItemChange = v.variant('op', [
  v.looseObject({ op: v.literal('put'), item: v.string(), ...common, value: v.unknown() }),
  v.looseObject({ op: v.literal('delete'), item: v.string(), ...common }),
  v.looseObject({ op: v.literal('move'), item: v.string(), ...common, from: v.string(), value: v.unknown() }),
]);
export type ItemChange = v.InferOutput<typeof ItemChange>;

/** The changes of one commit, which one event of a stream carries. */
export const Block = v.array(ItemChange);

const Offsets = v.record(v.string(), v.string());

/** `event: control` of a stream. `hello` comes first, `ready` 500 ms later, `keepalive` every 15 s with the offsets of feeds that have moved. After `recycle` the server closes the stream. After `reset` the reader reads the snapshot of that feed. `snapshot` stands for all entries of a channel up to its offset: the reader forgets what it had of them. `gone`: there is no such feed, or no longer. */
export const Control = v.looseObject({
  p,
  type: v.picklist(['hello', 'ready', 'keepalive', 'recycle', 'reset', 'snapshot', 'gone']),
  handle: v.string(),
  /** In `hello`: every followed feed, with this reader's offset. */
  feeds: v.optional(Offsets),
  /** In `keepalive`: the offsets that have moved. */
  offsets: v.optional(Offsets),
  /** In `reset` and `snapshot`: the feed, and the offset that it continues from. In `gone`: the feed. */
  feed: v.optional(v.string()),
  offset: v.optional(v.string()),
  ...v.partial(SnapshotTold).entries,
  minApp: v.optional(v.string()),
});
export type Control = v.InferOutput<typeof Control>;

/** The body of `POST /v1/stream`. */
export const StreamRequest = v.strictObject({
  feeds: v.pipe(
    v.record(FeedName, FeedOffset),
    v.check((feeds) => Object.keys(feeds).length <= limits.feedsPerStreamMax, 'These are too many feeds'),
    v.check(
      (feeds) =>
        Object.keys(feeds).filter((feed) => recordOfFeed(feed) !== undefined).length <= limits.channelsFollowedMax,
      'These are too many channels',
    ),
  ),
  /** Also follows the feeds of all machines, including machines that are created later. */
  machines: v.optional(v.literal('all')),
  /** The handle of the store that the offsets come from. If the store has another handle now, every feed gets a `reset`. */
  handle: v.optional(v.pipe(v.string(), v.maxLength(100))),
  live: v.picklist(['sse', 'long-poll']),
  /** Seconds that a long-poll may be held. */
  wait: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(limits.holdMsMax / 1000))),
});
export type StreamRequest = v.InferOutput<typeof StreamRequest>;

/** The answer of a long-poll, also when nothing happened. */
export const StreamPage = v.object({
  p,
  handle: v.string(),
  /** Of a channel, `entry` stands in the place of `data`. */
  events: v.array(
    v.object({ feed: v.string(), offset: v.string(), data: v.optional(Block, []), entry: v.optional(v.unknown()) }),
  ),
  /** Of channels, each before the entries that follow it. */
  snapshots: v.optional(v.array(v.object({ feed: v.string(), offset: v.string(), ...SnapshotTold.entries }))),
  /** This reader's current offset of each followed feed. */
  offsets: Offsets,
  /** Feeds whose offset is no longer valid: the reader reads their snapshots and continues from there. */
  resets: v.optional(v.array(v.object({ feed: v.string(), offset: v.string() }))),
  /** Feeds that do not exist, or no longer: the reader drops what it knows of them. */
  gone: v.optional(v.array(v.string())),
});
export type StreamPage = v.InferOutput<typeof StreamPage>;

/** Items of a feed, in pages, and the offset to continue from. Each page says that of the first one, which was read before all items; changes are idempotent. */
export const FeedSnapshot = v.object({
  p,
  handle: v.string(),
  feed: v.string(),
  offset: v.string(),
  items: v.array(v.object({ item: v.string(), key: v.string(), value: v.unknown() })),
  /** The path of the next page; absent on the last one. */
  next: v.optional(v.string()),
});
export type FeedSnapshot = v.InferOutput<typeof FeedSnapshot>;
