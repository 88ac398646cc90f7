/** A notice: what a person should hear of, derived by the relay from an item that says so. The Inbox is made of them. */
import * as v from 'valibot';
import { Id, NoticeSaid } from './document.ts';

/** As the feed of the organisation tells it. Its key names its item; an item has one at most. */
export const Notice = v.object({
  ...NoticeSaid.entries,
  /** The item that it is derived from: its feed, its sort and its key there. */
  link: v.object({ feed: v.string(), item: v.string(), key: v.string() }),
  /** ISO 8601, by the relay's clock. */
  since: v.string(),
  /** The person whom it concerns; absent where everybody may act. */
  for: v.optional(Id),
});
export type Notice = v.InferOutput<typeof Notice>;
