/** A notice: a message for people, which the relay derives from an item. The Inbox shows notices. */
import * as v from 'valibot';
import { Id, NoticeSaid } from './document.ts';

/** A notice in the feed of the organisation. Its key names its item; an item has at most one. */
export const Notice = v.object({
  ...NoticeSaid.entries,
  /** The item that it is derived from: its feed, its sort and its key there. */
  link: v.object({ feed: v.string(), item: v.string(), key: v.string() }),
  /** ISO 8601, by the relay's clock. */
  since: v.string(),
  /** The person whom it concerns; absent if it concerns everyone. */
  for: v.optional(Id),
});
export type Notice = v.InferOutput<typeof Notice>;
