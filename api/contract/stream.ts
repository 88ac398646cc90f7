/** The stream of events for people: control events, and what a long-poll answers. Data is one event a message (`event: data`, `id:` the offset after it). */
import * as v from 'valibot';
import { Event } from './event.ts';
import { PROTOCOL } from './version.ts';

/** An opaque position in one or several logs. `-1` is the start of what is retained, `now` the end. */
export const Offset = v.pipe(
  v.string(),
  v.maxLength(8192),
  v.regex(/^(-1|now|[A-Za-z0-9_-]+)$/, 'An offset is -1, now, or one that this relay gave'),
);

/** `event: control` of an SSE stream. `hello` comes first, `ready` 500 ms later, `keepalive` every 15 s; after `recycle` the server closes and the reader comes back with the offset; after `reset` the reader takes a snapshot of each machine and goes on from `offset`. */
export const Control = v.strictObject({
  p: v.literal(PROTOCOL),
  type: v.picklist(['hello', 'ready', 'keepalive', 'recycle', 'reset']),
  handle: v.string(),
  offset: v.string(),
  minApp: v.optional(v.string()),
});
export type Control = v.InferOutput<typeof Control>;

/** The answer to `live=long-poll` (and to a read without `live`), also when nothing happened. `reset` as above. */
export const StreamPage = v.strictObject({
  p: v.literal(PROTOCOL),
  handle: v.string(),
  offset: v.string(),
  reset: v.optional(v.literal(true)),
  items: v.array(Event),
  /** Whether `items` ends at the end of the logs. */
  upToDate: v.boolean(),
});
export type StreamPage = v.InferOutput<typeof StreamPage>;
