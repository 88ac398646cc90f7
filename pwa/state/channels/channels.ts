/** The channels that are open on a screen of this browser: the tab with the stream follows them, and passes on what the other tabs have open. Loaded with the first of them. */
import { feedOfChannel } from '#contract/feed-name.ts';
import { knownToSeal } from '#contract/known-to-seal.ts';
import type { Api } from '../../api.ts';
import { machinesMet } from '../device/device-key.ts';
import { randomId } from '../device/random-id.ts';
import { keepText, keptText } from '../replica/kept-texts.ts';
import type { Replica } from '../replica/replica.ts';
import { createInputs } from './channel-inputs.ts';
import { snapshotText } from './channel-snapshot.ts';
import type { ChannelEvent, ChannelTold, ChannelWord } from './channel-told.ts';
import type { OpenChannels } from './open-channels.ts';

/** For the stream. */
export interface FollowedChannels {
  /** The channels to follow with the offset of each. */
  feeds(): Readonly<Record<string, string>>;
  take(told: ChannelTold): void;
  /** Channels have moved on without anything to read. */
  moved(offsets: Readonly<Record<string, string>>): void;
  /** What was known of a channel is void. */
  restart(feed: string): void;
  /** This tab holds the stream now. */
  start(): void;
  /** A message of another tab. */
  hear(word: ChannelWord): void;
}

export type Channels = OpenChannels & FollowedChannels;

export interface ChannelsDeps {
  readonly api: Api;
  readonly replica: () => Replica;
  readonly tell: (word: ChannelWord) => void;
  /** The set of channels has changed: the stream starts again. */
  readonly changed: () => void;
}

/** The readers of one channel in this tab. What they hear is in order, also while a snapshot is fetched. */
interface Reading {
  readonly readers: Set<(event: ChannelEvent) => void>;
  last: Promise<void>;
}

interface Book {
  readonly deps: ChannelsDeps;
  readonly tab: string;
  readonly mine: Map<string, Reading>;
  /** By tab, the channels that it has open. */
  readonly others: Map<string, ReadonlySet<string>>;
  readonly offsets: Map<string, string>;
  isChanging: boolean;
}

/** No channel is open yet. */
export function createChannels(deps: ChannelsDeps): Channels {
  const book: Book = {
    deps,
    tab: randomId(),
    mine: new Map(),
    others: new Map(),
    offsets: new Map(),
    isChanging: false,
  };
  addEventListener('pagehide', () => deps.tell({ type: 'channels', tab: book.tab, open: {} }));
  addEventListener('pageshow', () => tellOpen(book));
  const open: OpenChannels = {
    follow: (record, hear, signal) => follow(book, feedOfChannel(record), hear, signal),
    inputs: (record, heard) => createInputs(deps.api, record, heard),
    kept: (record) => keptText(deps.replica(), record),
    keep: (record, text) => keepText(deps.replica(), record, text),
    knownToSeal: async (machine) => knownToSeal(await machinesMet(), machine),
    sealed: async (machine, record) => {
      const [{ openSealed }, { attach }] = await Promise.all([
        import('./sealed-channels.ts'),
        import('./attaching.ts'),
      ]);
      const { api } = deps;
      return await openSealed({ api, channels: open, record, attach: () => attach({ api, machine, record }) });
    },
  };
  return {
    ...open,
    feeds: () => Object.fromEntries([...book.offsets].filter(([feed]) => isWanted(book, feed))),
    take: (told) => take(book, told),
    moved(offsets) {
      for (const feed of book.offsets.keys()) if (offsets[feed] !== undefined) book.offsets.set(feed, offsets[feed]);
    },
    restart(feed) {
      restart(book, feed);
      change(book);
    },
    start: () => deps.tell({ type: 'channels-asked' }),
    hear: (word) => hearTab(book, word),
  };
}

function isWanted({ mine, others }: Book, feed: string): boolean {
  return mine.has(feed) || [...others.values()].some((feeds) => feeds.has(feed));
}

function follow(book: Book, feed: string, hear: (event: ChannelEvent) => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  const reading = book.mine.get(feed) ?? { readers: new Set(), last: Promise.resolve() };
  book.mine.set(feed, reading);
  reading.readers.add(hear);
  signal.addEventListener('abort', () => {
    reading.readers.delete(hear);
    if (reading.readers.size > 0) return;
    book.mine.delete(feed);
    if (!isWanted(book, feed)) book.offsets.delete(feed);
    tellOpen(book);
    change(book);
  });
  restart(book, feed);
  tellOpen(book);
  change(book);
}

/** The channel is read from its snapshot on: by all who have it open, because they share the stream. */
function restart(book: Book, feed: string): void {
  if (!isWanted(book, feed)) return;
  take(book, { type: 'begin', feed });
  book.offsets.set(feed, '-1');
}

function tellOpen({ deps, tab, mine, offsets }: Book): void {
  const open = Object.fromEntries([...mine.keys()].map((feed) => [feed, offsets.get(feed) ?? '-1']));
  deps.tell({ type: 'channels', tab, open });
}

/** Closing one and opening the next starts the stream again once. */
function change(book: Book): void {
  if (book.isChanging) return;
  book.isChanging = true;
  queueMicrotask(() => {
    book.isChanging = false;
    book.deps.changed();
  });
}

function hearTab(book: Book, word: ChannelWord): void {
  if (word.type === 'channels-asked') tellOpen(book);
  else if (word.type === 'channel') deliver(book, word.told);
  else hearOpen(book, word);
}

function hearOpen(book: Book, word: Extract<ChannelWord, { type: 'channels' }>): void {
  const before = book.others.get(word.tab) ?? new Set();
  const feeds = Object.keys(word.open);
  book.others.set(word.tab, new Set(feeds));
  for (const feed of before) if (!isWanted(book, feed)) book.offsets.delete(feed);
  const fresh = feeds.filter((feed) => !before.has(feed) && word.open[feed] === '-1');
  for (const feed of fresh) restart(book, feed);
  for (const feed of feeds) if (!book.offsets.has(feed)) book.offsets.set(feed, word.open[feed] ?? '-1');
  if (feeds.length !== before.size || fresh.length > 0) change(book);
}

/** Takes what the stream told, for this tab and those that have the channel open too. */
function take(book: Book, told: ChannelTold): void {
  deliver(book, told);
  if ([...book.others.values()].some((feeds) => feeds.has(told.feed))) book.deps.tell({ type: 'channel', told });
}

function deliver(book: Book, told: ChannelTold): void {
  if ('offset' in told && book.offsets.has(told.feed)) book.offsets.set(told.feed, told.offset);
  if (told.type === 'gone') book.offsets.delete(told.feed);
  const reading = book.mine.get(told.feed);
  if (reading === undefined) return;
  reading.last = reading.last.then(async () => {
    const event = await eventOf(book, told);
    if (event !== undefined) for (const hear of reading.readers) tell(hear, event);
  });
}

/** A reader that fails at one event hears the next. */
function tell(hear: (event: ChannelEvent) => void, event: ChannelEvent): void {
  try {
    hear(event);
  } catch (error) {
    console.error(error);
  }
}

async function eventOf(book: Book, told: ChannelTold): Promise<ChannelEvent | undefined> {
  if (told.type !== 'snapshot') return told;
  try {
    return { type: 'snapshot', text: await snapshotText(book.deps.api, told) };
  } catch (error) {
    // What cannot be inflated is no snapshot, and none the next time.
    if (error instanceof TypeError) return undefined;
    // There is a newer one by now, or the relay cannot be reached: the stream tells it again.
    restart(book, told.feed);
    change(book);
    return undefined;
  }
}
