/** Who hears what a stream brings. */
import type { Rung } from '../app-state.ts';
import type { ChannelTold } from '../channels/channel-told.ts';
import type { Block } from './parse.ts';

/** `reset` and `prepare` may take their time: the stream waits, so that nothing overtakes them. */
export interface StreamSink {
  /** Reads the feeds that are to be followed and are not known yet, and leaves those that are not. */
  prepare(signal: AbortSignal): Promise<void>;
  /** The feeds that are followed with the offset of each, and whose offsets they are. */
  place(): { readonly feeds: Record<string, string>; readonly handle?: string };
  blocks(blocks: readonly Block[]): void;
  /** What happens in a channel. */
  channel(told: ChannelTold): void;
  /** Feeds have moved on without anything to read for this person. */
  offsets(offsets: Readonly<Record<string, string>>): void;
  /** What is known of a feed is void: it has to be read anew. */
  reset(feed: string, signal: AbortSignal): Promise<void>;
  /** A feed is not there any more. */
  gone(feed: string): void;
  /** The relay refuses what was asked: whether that means that the feeds have to be looked at again first. */
  refused(error: unknown): boolean;
  hello(minApp: string | undefined): void;
  /** The relay was heard. */
  heard(): void;
  rung(rung: Rung): void;
}
