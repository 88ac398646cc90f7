/** What a stream tells of a channel, and what whoever has it open hears. */

/** One event of a channel, as the tab with the stream got it. `begin`: what follows is told from the start. */
export type ChannelTold =
  | { readonly type: 'entry'; readonly feed: string; readonly offset: string; readonly entry: unknown }
  | {
      readonly type: 'snapshot';
      readonly feed: string;
      readonly offset: string;
      readonly rev: string;
      /** Gzip as base64; a larger one is fetched. */
      readonly body?: string | undefined;
    }
  | { readonly type: 'begin' | 'gone'; readonly feed: string };

/** Messages between tabs: the channels that a tab has open, with the offset of each; and what the tab with the stream was told. */
export type ChannelWord =
  | { readonly type: 'channels'; readonly tab: string; readonly open: Readonly<Record<string, string>> }
  | { readonly type: 'channels-asked' }
  | { readonly type: 'channel'; readonly told: ChannelTold };

/** What a reader hears: `begin` and `snapshot` void what it had; a snapshot stands for all entries before it. `shut`: why a sealed channel is opened no more. */
export type ChannelEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'gone' }
  | { readonly type: 'shut'; readonly why: unknown }
  | { readonly type: 'snapshot'; readonly text: string }
  | { readonly type: 'entry'; readonly entry: unknown };
