/** Signals across processes: one sharded channel a shard, subscribed while anybody here listens to it and a little longer. */
import { createListeners } from '../listeners.ts';
import type { Commit, Store } from '../store.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';

/** How long a channel stays subscribed after its last listener: polls come back at once. */
const LINGER_MS = 30_000;

export interface Signals extends Disposable {
  readonly listen: Store['listen'];
  /** Wakes listeners of this process for a commit of its own, which its channel does not tell it again. */
  wakeOwn(shard: string, commit: Commit): void;
  /** Wakes everybody: signals may have been missed. */
  wakeAll(): void;
}

interface Channel {
  listeners: number;
  /** When the last listener left, by the monotonic clock in ms. */
  idleSince: number;
  isSubscribed: boolean;
}

/** Prepares signals. `sender` is this process; `onFailure` hears what keeps a subscription from being made, which is tried again. */
export function startSignals(link: RedisLink, layout: Layout, sender: string): Signals {
  const { listen, wake, wakeShard, shards } = createListeners();
  const channels = new Map<string, Channel>();
  const subscribe = async (shard: string, channel: Channel) => {
    try {
      await link.subscribe(layout.channel(shard), (message) => {
        const [from, ...names] = message.split('\n');
        if (from !== sender) for (const name of names) wake(shard, name);
      });
      channel.isSubscribed = true;
      // What was signalled before the subscription stood was not heard.
      wakeShard(shard);
    } catch {
      // Away: `keep` tries again, and until then a hold ends by its time.
    }
  };
  /** Drops channels that nobody has listened to for a while, and makes again what failed. */
  const keep = async () => {
    for (const [shard, channel] of channels) {
      if (!channel.isSubscribed) await subscribe(shard, channel);
      else if (channel.listeners === 0 && performance.now() - channel.idleSince > LINGER_MS) {
        channels.delete(shard);
        await link.unsubscribe(layout.channel(shard)).catch(() => undefined);
      }
    }
  };
  const timer = setInterval(() => void keep(), 1000).unref();
  return {
    listen: (shard, name, listener) => {
      const known = channels.get(shard);
      const channel = known ?? { listeners: 0, idleSince: 0, isSubscribed: false };
      channels.set(shard, channel);
      channel.listeners++;
      const listening = listen(shard, name, listener);
      if (known === undefined) void subscribe(shard, channel);
      return {
        [Symbol.dispose]: () => {
          listening[Symbol.dispose]();
          channel.listeners--;
          channel.idleSince = performance.now();
        },
      };
    },
    wakeOwn: (shard, { signal = [] }) => {
      for (const name of signal) wake(shard, name);
    },
    wakeAll: () => {
      for (const shard of shards()) wakeShard(shard);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
