/** Signals across processes. Each shard has a sharded channel, which this process subscribes to while it has listeners, and a little longer. */
import { createListeners, type Listeners } from '../listeners.ts';
import type { Store } from '../store.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';

/** How long a channel stays subscribed after its last listener has left, because most polls come back at once. */
const LINGER_MS = 30_000;

export interface Signals extends Disposable {
  readonly listen: Store['listen'];
  /** Calls the listeners of this process for its own commit; messages of its own on the channel are ignored. */
  readonly wakeOwn: Listeners['wakeOwn'];
  /** Calls all listeners, because signals may have been missed. */
  wakeAll(): void;
}

interface Channel {
  listeners: number;
  /** When the last listener left, by the monotonic clock in ms. */
  idleSince: number;
  /** One change of a channel at a time. */
  state: 'none' | 'changing' | 'subscribed';
}

/** Prepares signals. `sender` is this process. */
export function startSignals(link: RedisLink, layout: Layout, sender: string): Signals {
  const { listen, wake, wakeOwn, wakeShard, shards } = createListeners();
  const channels = new Map<string, Channel>();
  const subscribe = async (shard: string, channel: Channel) => {
    channel.state = 'changing';
    try {
      await link.subscribe(layout.channel(shard), (message) => {
        const [from, ...names] = message.split('\n');
        if (from !== sender) for (const name of names) wake(shard, name);
      });
      channel.state = 'subscribed';
      // Signals before the subscription was active have been missed.
      wakeShard(shard);
    } catch {
      // Redis is away: `keep` tries again. Until then a hold ends when its time is over.
      channel.state = 'none';
    }
  };
  const unsubscribe = async (shard: string, channel: Channel) => {
    channel.state = 'changing';
    await link.unsubscribe(layout.channel(shard)).catch(() => undefined);
    channel.state = 'none';
    if (channel.listeners === 0) channels.delete(shard);
    else await subscribe(shard, channel);
  };
  /** Unsubscribes channels that have had no listener for a while, and repeats failed subscriptions. */
  const keep = () => {
    for (const [shard, channel] of channels) {
      const isIdle = channel.listeners === 0 && performance.now() - channel.idleSince > LINGER_MS;
      if (channel.state === 'none') void subscribe(shard, channel);
      else if (channel.state === 'subscribed' && isIdle) void unsubscribe(shard, channel);
    }
  };
  const timer = setInterval(keep, 1000).unref();
  return {
    listen: (shard, name, listener) => {
      const known = channels.get(shard);
      const channel: Channel = known ?? { listeners: 0, idleSince: 0, state: 'none' };
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
    wakeOwn,
    wakeAll: () => {
      for (const shard of shards()) wakeShard(shard);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
