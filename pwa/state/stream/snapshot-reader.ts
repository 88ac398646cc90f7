/** Reads snapshots of feeds in pages. What failed in the middle goes on from the page that failed: a reader on a bad line also ends. */
import type { FeedSnapshot } from '#contract/feed.ts';
import { Refusal } from '../../refusal.ts';

/** One page of a feed's snapshot; `next` is that of the page before. */
export type ReadPage = (feed: string, next: string | undefined, signal: AbortSignal) => Promise<FeedSnapshot>;

export interface SnapshotReader {
  /** All pages of a feed's snapshot. Rejects as the page that fails; the next call goes on from there. */
  read(feed: string, signal: AbortSignal): Promise<FeedSnapshot>;
}

/** A snapshot of which `next` is still to be read. */
interface Begun {
  readonly first: FeedSnapshot;
  readonly items: FeedSnapshot['items'][number][];
  next: string | undefined;
}

/** A reader that remembers what it has begun. */
export function createSnapshotReader(readPage: ReadPage): SnapshotReader {
  const begun = new Map<string, Begun>();
  const begin = async (feed: string, signal: AbortSignal): Promise<Begun> => {
    const first = await readPage(feed, undefined, signal);
    return { first, items: [...first.items], next: first.next };
  };
  const read: SnapshotReader['read'] = async (feed, signal) => {
    const found = begun.get(feed) ?? (await begin(feed, signal));
    begun.set(feed, found);
    while (found.next !== undefined) {
      const page = await readPage(feed, found.next, signal).catch((error: unknown) => {
        // The relay says no: what was begun is of no use any more.
        if (error instanceof Refusal) begun.delete(feed);
        throw error;
      });
      // What another store says is no part of it.
      if (page.handle !== found.first.handle) {
        begun.delete(feed);
        return await read(feed, signal);
      }
      for (const item of page.items) found.items.push(item);
      found.next = page.next;
    }
    begun.delete(feed);
    const { next: _, ...snapshot } = found.first;
    return { ...snapshot, items: found.items };
  };
  return { read };
}
