/**
 * Whatever happens to feeds while they are followed (saves by two processes, signals that come late or never, trims, other generations, new
 * machines, readers that stop and come back): nobody hears an event twice, and nobody misses one without `reset`.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createRelay } from '../../api/relay/create-relay.ts';
import type { FeedBlock } from '../../api/relay/feeds/pump.ts';
import type { Relay, Subscription } from '../../api/relay/relay.ts';
import { EVENTS } from '../../api/relay/rows.ts';
import { storeWith } from '../../api/store/around.ts';
import { machineShard } from '../../api/store/shards.ts';
import type { Store } from '../../api/store/store.ts';
import { createRandomBelow } from '../kit/random.ts';
import {
  ada,
  connectBridge,
  openRelay,
  organisation,
  put,
  reader,
  type TestBridge,
  unknownDigest,
} from '../kit/relay.ts';

const RUNS = 12;
const STEPS = 120;
const READERS = 6;

type Below = (below: number) => number;

/** The store as one of several processes has it: each call takes its time, and only what it commits itself comes with its signal. */
function storeOfProcess(store: Store, random: Below): Store {
  const slow = storeWith(store, async (_operation, call) => {
    for (let turns = random(3); turns > 0; turns--) await turn();
    const result = await call();
    for (let turns = random(3); turns > 0; turns--) await turn();
    return result;
  });
  let committing = 0;
  return new Proxy(slow, {
    get(target, name, whole) {
      if (name === 'listen') {
        const listen: Store['listen'] = (shard, signal, listener) =>
          store.listen(shard, signal, (appended) => {
            if (committing > 0) listener(appended);
            else if (random(4) > 0) void turn().then(() => listener());
          });
        return listen;
      }
      if (name !== 'commit') return Reflect.get(target, name, whole);
      const commit: Store['commit'] = async (...args) => {
        for (let turns = random(3); turns > 0; turns--) await turn();
        committing += 1;
        // The engine commits and wakes before it first waits.
        const committed = store.commit(...args);
        committing -= 1;
        return await committed;
      };
      return commit;
    },
  });
}

/** A reader as a person's program is one: it knows where each feed stands, and goes on from there. */
class Witness {
  readonly places = new Map<string, string>();
  readonly faults: string[] = [];
  readonly #bytes: Map<string, string>;

  constructor(bytes: Map<string, string>) {
    this.#bytes = bytes;
  }

  block({ feed, offset, json }: FeedBlock): void {
    const before = this.places.get(feed) ?? '0.0';
    const [[tag, position], [nextTag, next]] = [before, offset].map((each) => each.split('.')) as [string[], string[]];
    if (Number(next) !== Number(position) + 1 || (tag !== '0' && tag !== nextTag))
      this.faults.push(`${feed}: ${offset} after ${before}`);
    const known = this.#bytes.get(`${feed}:${offset}`) ?? json;
    if (known !== json) this.faults.push(`${feed}: ${offset} is another for another reader`);
    this.#bytes.set(`${feed}:${offset}`, json);
    this.places.set(feed, offset);
  }

  async page(subscription: Subscription, waitMs: number): Promise<number> {
    const { blocks, resets } = await subscription.read(waitMs, AbortSignal.timeout(1000));
    const lost = new Set(resets.map(({ feed }) => feed));
    for (const block of blocks) if (!lost.has(block.feed)) this.block(block);
    for (const feed of lost) this.places.set(feed, subscription.offsets()[feed] ?? '');
    return blocks.length + resets.length;
  }
}

/** Reads by streams and pages of either process, takes more or not, leaves and comes back, until it is over. */
async function witness(relays: readonly Relay[], bytes: Map<string, string>, random: Below, isOver: () => boolean) {
  const own = new Witness(bytes);
  own.places.set('o', 'now');
  while (!isOver()) {
    const relay = relays[random(relays.length)] as Relay;
    using subscription = await relay.feeds.open(reader, own.places, { all: true });
    // As `hello` tells them: of a machine that came while nobody read, the snapshot is read.
    for (const [feed, at] of Object.entries(subscription.offsets()))
      if ((own.places.get(feed) ?? 'now') === 'now') own.places.set(feed, at);
    const sink = {
      block: (block: FeedBlock) => {
        own.block(block);
        return random(5) > 0;
      },
      reset: (feed: string, offset: string) => void own.places.set(feed, offset),
      snapshot: (feed: string) => void own.faults.push(`${feed} has a snapshot`),
      gone: (feed: string) => void own.faults.push(`${feed} is gone`),
    };
    for (let turns = 1 + random(6); turns > 0; turns--) {
      if (random(4) === 0) await own.page(subscription, random(3));
      else await subscription.run(sink, random(12), AbortSignal.timeout(1000));
      const told = subscription.offsets();
      for (const [feed, at] of own.places)
        if (told[feed] !== at) own.faults.push(`${feed}: at ${told[feed]} for the relay, at ${at} for the reader`);
    }
  }
  return own;
}

/** One thing that happens to a machine's feed, or to the organisation. */
async function happen(store: Store, relays: readonly Relay[], bridges: TestBridge[], random: Below): Promise<void> {
  const bridge = bridges[random(bridges.length)] as TestBridge;
  // One of the first two: whoever joins a machine later begins with what is retained.
  const shard = machineShard(bridges[random(2)]?.machine ?? '');
  switch (random(24)) {
    case 0:
      return await store.trim(shard, EVENTS, { entriesMax: random(3) });
    case 1:
      return void (await store.commit(shard, { restart: [EVENTS], signal: [EVENTS] }));
    case 2:
      // Another process, whose signal is lost.
      return void (await store.commit(shard, { append: [{ log: EVENTS, value: 'read []' }] }));
    case 3:
      if (bridges.length < 5) bridges.push(await machineOf(relays, random));
      return;
    default:
      await bridge.send([put(`${random(4)}.md`, `text ${random(1000)}`)]);
  }
}

async function machineOf(relays: readonly Relay[], random: Below): Promise<TestBridge> {
  const relay = relays[random(relays.length)] as Relay;
  const { id } = await relay.machines.create(organisation, `machine ${random(1e6)}`, ada);
  return await connectBridge(relay, id, { manifestDigest: unknownDigest });
}

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

test(`no event twice, and none missing without a reset, whatever happens to the feeds (SEED=${seed})`, async () => {
  for (let run = 0; run < RUNS; run++) {
    const random = createRandomBelow(seed + run);
    await using world = await openRelay();
    const { store } = world;
    const relays = [1, 2].map(() => createRelay({ store: storeOfProcess(store, random) }));
    const bridges = [await machineOf(relays, random), await machineOf(relays, random)];
    const bytes = new Map<string, string>();
    let isOver = false;
    const reading = Array.from({ length: READERS }, () => witness(relays, bytes, random, () => isOver));
    for (let step = 0; step < STEPS; step++) {
      await happen(store, relays, bridges, random);
      for (let turns = random(4); turns > 0; turns--) await turn();
    }
    isOver = true;
    for (const own of await Promise.all(reading)) {
      // Whatever it has missed is there for a reader that comes back.
      using last = await createRelay({ store }).feeds.open(reader, own.places);
      while ((await own.page(last, 0)) > 0);
      assert.deepEqual(own.faults, [], `SEED=${seed}, run ${run}`);
      for (const { machine } of bridges) {
        const end = await store.log(machineShard(machine), EVENTS);
        const at = own.places.get(`m.${machine}`)?.split('.')[1];
        if (at !== undefined) assert.equal(Number(at), end.last, `SEED=${seed}, run ${run}, m.${machine}`);
      }
    }
  }
});
