/**
 * Whatever happens to a channel while it is written, read and typed into by way of two processes (answers that are lost, bridges and processes
 * that begin anew, snapshots, what is trimmed): no entry comes twice, none is missing that no snapshot stands for, no key is taken twice.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ChannelPart, InboxAnswer, InboxRequest } from '#contract/channel.ts';
import type { Op } from '#contract/delta.ts';
import { feedOfChannel } from '#contract/feed-name.ts';
import { Problem } from '#contract/problems.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import type { FeedSink } from '../../api/relay/feeds/feed-reader.ts';
import type { Attending, Relay } from '../../api/relay/relay.ts';
import { storeWith } from '../../api/store/around.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { testNeeding } from '../kit/parts.ts';
import { createRandomBelow } from '../kit/random.ts';
import { openRedisServer } from '../kit/redis.ts';
import { ada, connectBridge, never, organisation, reader, sha256, unknownDigest } from '../kit/relay.ts';

const PARTS = 70;
const READERS = 4;
const id = 'terminal-1';
const feed = feedOfChannel(id);
const record = { id, kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } };
const caller: Attending = { ...reader, scope: 'execute' };
/** Some of them make the tail too long. */
const pads = [1, 100, 40_000, 90_000] as const;

type Below = (below: number) => number;

/** The ways to the relay, each of which may begin anew at any moment. */
class Processes {
  readonly #stores: readonly Store[];
  readonly #relays: Relay[];
  readonly #random: Below;

  constructor(stores: readonly Store[], random: Below) {
    this.#stores = stores.map((store) => slow(store, random));
    this.#random = random;
    this.#relays = this.#stores.map((store) => createRelay({ store }));
  }

  any(): Relay {
    return this.#relays[this.#random(this.#relays.length)] as Relay;
  }

  beginAnew(): void {
    const at = this.#random(this.#relays.length);
    this.#relays[at] = createRelay({ store: this.#stores[at] as Store });
  }
}

/** Each call takes its time, so that others come in between. */
function slow(store: Store, random: Below): Store {
  const wait = async () => {
    for (let turns = random(3); turns > 0; turns--) await turn();
  };
  return storeWith(store, async (_operation, call) => {
    await wait();
    const result = await call();
    await wait();
    return result;
  });
}

/** The bridge: numbers its parts, sends each until it is answered, and forgets at a restart where it was. */
class Writer {
  readonly #processes: Processes;
  readonly #machine: string;
  readonly #random: Below;
  epoch = 0;
  #attempt = 0;
  #seq = 0;
  /** Of the last entry; its position is the same. */
  last = 0;
  /** Entries in whose place there is a snapshot. */
  readonly replaced = new Set<number>();

  constructor(processes: Processes, machine: string, random: Below) {
    this.#processes = processes;
    this.#machine = machine;
    this.#random = random;
  }

  async begin(): Promise<void> {
    this.#attempt += 1;
    const relay = this.#processes.any();
    const bridge = await connectBridge(relay, this.#machine, { manifestDigest: unknownDigest, attempt: this.#attempt });
    this.epoch = bridge.epoch;
    if (this.#attempt === 1) await bridge.send([{ op: 'record-put', record } as Op]);
    const { seq = 0, position } = await this.#send({ channel: id, seq: 0, entries: [] });
    assert.deepEqual([seq, position], [this.#seq, this.last], 'a new bridge goes on where the old one was');
  }

  async write(): Promise<void> {
    const random = this.#random;
    const entries = Array.from({ length: 1 + random(3) }, () => {
      this.last += 1;
      return { n: this.last, pad: 'x'.repeat(pads[random(pads.length)] ?? 1) };
    });
    this.#seq += 1;
    const isReplaced = random(6) === 0;
    const snapshot = gzipSync(JSON.stringify({ upTo: this.last })).toString('base64');
    const shown = isReplaced || random(5) === 0 ? { snapshot } : {};
    if (isReplaced) for (const { n } of entries) this.replaced.add(n);
    const part = { channel: id, seq: this.#seq, entries, ...shown, ...(isReplaced ? { replaces: true as const } : {}) };
    // The answer may be lost: it is sent again, maybe to another process.
    const times = random(4) === 0 ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: times }, () => this.#send(part)));
    for (const { code, seq, position } of answers)
      assert.deepEqual([code, seq, position], [undefined, this.#seq, this.last]);
    if (random(4) === 0) assert.equal((await this.#send(part)).dup, true);
    if (random(5) === 0) assert.equal((await this.#send({ ...part, seq: this.#seq + 2 })).code, 'gap');
    if (random(8) === 0) await this.begin();
  }

  async #send(part: ChannelPart) {
    const line = Buffer.from(JSON.stringify([part]));
    const envelope = { epoch: this.epoch, digest: sha256(line) };
    const { items } = await this.#processes.any().bridge.channels(this.#machine, envelope, line);
    return items[0] ?? assert.fail();
  }
}

/** Somebody who reads, leaves and comes back; by events or by pages. */
class Witness {
  readonly #replaced: ReadonlySet<number>;
  offset = '-1';
  /** The last entry that they have, or that a snapshot stands for; undefined where they begin. */
  at: number | undefined;
  screens = 0;

  constructor(replaced: ReadonlySet<number>) {
    this.#replaced = replaced;
  }

  readonly sink = {
    block: ({ offset, json }: { readonly offset: string; readonly json: string }) => {
      const { n } = JSON.parse(json) as { n: number };
      assert.ok(this.at === undefined || n === this.at + 1, `${n} after ${this.at}`);
      assert.ok(!this.#replaced.has(n), `${n} came although a snapshot stands in its place`);
      assert.equal(Number(offset.split('.')[1]), n);
      Object.assign(this, { at: n, offset });
      return true;
    },
    reset: () => void Object.assign(this, { at: undefined, offset: '-1' }),
    snapshot: (_feed: string, offset: string, { body = '' }: { readonly body?: string | undefined }) => {
      const { upTo } = JSON.parse(gunzipSync(Buffer.from(body, 'base64')).toString());
      assert.equal(Number(offset.split('.')[1]), upTo);
      assert.ok(upTo > (this.at ?? 0), `a screen of ${upTo} after ${this.at}`);
      this.screens += 1;
      Object.assign(this, { at: upTo, offset });
    },
    gone: () => assert.fail('the channel is gone'),
  } satisfies FeedSink;

  async read(relay: Relay, random: Below, isPatient: boolean): Promise<void> {
    using subscription = await relay.feeds.open(caller, new Map([[feed, this.offset]]));
    for (let turns = 1 + random(4); turns > 0; turns--) {
      if (random(2) === 0) {
        const page = await subscription.read(isPatient ? random(4) : 0, never);
        for (const { feed: of, offset, ...told } of page.snapshots) this.sink.snapshot(of, offset, told);
        for (const block of page.blocks) this.sink.block(block);
        if (page.resets.length > 0) return this.sink.reset();
      } else {
        let isReset = false;
        const reset = () => {
          isReset = true;
          this.sink.reset();
        };
        await subscription.run({ ...this.sink, reset }, isPatient ? random(10) : 0, AbortSignal.timeout(5000));
        if (isReset) return;
      }
    }
  }
}

/** Tabs that type, each request until it is answered, now and then twice. */
async function type(processes: Processes, random: Below, isOver: () => boolean): Promise<readonly string[]> {
  const typed: string[] = [];
  for (let seq = 1; !isOver(); seq++)
    for (const producer of ['tab', 'other']) {
      const inputs = Array.from({ length: 1 + random(3) }, (_, at) => `${producer} ${seq} ${at}`);
      const send = () => processes.any().channels.send(caller, id, { producer, seq, inputs });
      await (random(3) === 0 ? Promise.all([send(), send()]) : send());
      if (random(4) === 0) assert.equal((await send()).dup, true);
      typed.push(...inputs);
      for (let turns = random(20); turns > 0; turns--) await turn();
    }
  return typed;
}

/** What one request brings: an answer, or a stream that breaks off at some moment. */
async function* asked(
  relay: Relay,
  random: Below,
  machine: string,
  request: InboxRequest,
): AsyncGenerator<Pick<InboxAnswer, 'inputs'>> {
  if (random(2) === 0) return yield await relay.bridge.inbox(machine, request, never);
  yield* relay.bridge.followInbox(machine, request, AbortSignal.timeout(1 + random(10)));
}

/** The machine, which takes what was typed; resolves to all of it once it is over and nothing is left. */
async function take(processes: Processes, machine: string, writer: Writer, random: Below, isOver: () => boolean) {
  const taken: string[] = [];
  for (let after = 0, isLast = false; ; ) {
    const before = after;
    const request = { epoch: writer.epoch, after: { [id]: after }, watch: [], waitSeconds: 0 };
    try {
      for await (const { inputs } of asked(processes.any(), random, machine, request))
        for (const { position, input } of inputs) {
          assert.equal(position, after + 1);
          taken.push(String(input));
          after = position;
        }
    } catch (error) {
      // A bridge that has begun anew asks again.
      if (!(error instanceof Problem)) throw error;
    }
    if (isLast && after === before) return taken;
    isLast = isOver();
    await turn();
  }
}

async function holds(stores: readonly Store[], seed: number): Promise<void> {
  const random = createRandomBelow(seed);
  const processes = new Processes(stores, random);
  const { id: machine } = await processes.any().machines.create(organisation, `laptop ${seed}`, ada);
  const writer = new Writer(processes, machine, random);
  await writer.begin();
  await writer.write();
  let isWritten = false;
  let isTyped = false;
  const readers = Array.from({ length: READERS }, () => new Witness(writer.replaced));
  const reading = readers.map(async (own) => {
    while (!isWritten) await own.read(processes.any(), random, true);
  });
  const typing = type(processes, random, () => isWritten);
  const taking = take(processes, machine, writer, random, () => isTyped);
  const all = Promise.all([typing.then((typed) => ({ typed })), ...reading]);
  // One that fails ends the others.
  all.catch(() => (isWritten = true));
  try {
    for (let part = 0; part < PARTS && !isWritten; part++) {
      await writer.write();
      if (random(10) === 0) processes.beginAnew();
    }
  } finally {
    isWritten = true;
    all.finally(() => (isTyped = true)).catch(() => undefined);
  }
  const [{ typed }] = await all;
  assert.deepEqual(await taking, typed);
  for (const own of readers) {
    for (let times = 0; own.at !== writer.last && times < 50; times++) await own.read(processes.any(), random, false);
    assert.equal(own.at, writer.last);
  }
  const anew = new Witness(writer.replaced);
  for (let times = 0; anew.at !== writer.last && times < 50; times++) await anew.read(processes.any(), random, false);
  assert.equal(anew.at, writer.last);
}

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

test(`a channel on SQLite by way of two processes: nothing twice, nothing missing, no key taken twice (SEED=${seed}) (H1, H2, H3, H10)`, async () => {
  for (let run = 0; run < 6; run++) {
    await using store = await openStore('sqlite::memory:');
    await holds([store, store], seed + run);
  }
});

testNeeding('redis-server')(
  `the same on one Redis, each process with a connection of its own (SEED=${seed})`,
  async () => {
    for (let run = 0; run < 3; run++) {
      await using redis = await openRedisServer();
      await using one = await openStore(redis.url);
      await using two = await openStore(redis.url);
      await holds([one, two], seed + run);
    }
  },
);
