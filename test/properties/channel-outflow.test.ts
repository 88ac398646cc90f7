/** What a machine says into a channel, whatever is lost on the way: nothing twice, nothing missing that no snapshot or hole stands for, in order. The relay is the real one. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Op } from '#contract/delta.ts';
import { feedOfChannel } from '#contract/feed-name.ts';
import type { Relay, Subscription } from '../../api/relay/relay.ts';
import { channelShard } from '../../api/store/shards.ts';
import { createOutflow, type Outflow } from '../../bridge/sessions/outflow.ts';
import { createRandomBelow } from '../kit/random.ts';
import { ada, connectBridge, never, openRelay, organisation, reader, sha256, unknownDigest } from '../kit/relay.ts';

const caller = { ...reader, scope: 'execute' as const };

const rare = ['answer lost', 'request lost', 'bridge restarted', 'relay emptied', 'watch', 'unwatch', 'read'] as const;
type Below = (below: number) => number;
type Happening = 'output' | 'sent' | (typeof rare)[number];

/** Mostly output and requests, now and then something else. */
function happeningBy(random: Below): Happening {
  const turn = random(17);
  if (turn < 5) return 'output';
  return turn < 10 ? 'sent' : (rare[turn - 10] ?? 'sent');
}

/** A program whose output is numbers in order, so that what a reader has says what is missing. */
function createProgram() {
  let text = '';
  let next = 0;
  return {
    write: (bytes: number) => {
      const from = text.length;
      while (text.length < from + bytes) text += `${next++} `;
      return { from, text: text.slice(from) };
    },
    get text() {
      return text;
    },
  };
}

class World {
  readonly relay: Relay;
  readonly machine: string;
  readonly epoch: number;
  readonly id: string;
  readonly isTerminal: boolean;
  readonly program = createProgram();
  nowMs = 1;
  outflow: Outflow;
  /** What the reader has: all output up to `has`, as far as it was told. */
  reader: Subscription | undefined;
  has = '';

  constructor(relay: Relay, place: { machine: string; epoch: number; id: string }, isTerminal: boolean) {
    this.relay = relay;
    this.machine = place.machine;
    this.epoch = place.epoch;
    this.id = place.id;
    this.isTerminal = isTerminal;
    this.outflow = this.begin();
  }

  begin(): Outflow {
    const shoot = async () => ({
      position: this.program.text.length,
      snapshot: gzipSync(this.program.text).toString('base64'),
    });
    return createOutflow({ ...(this.isTerminal ? { shoot } : {}), ring: () => undefined, now: () => this.nowMs });
  }

  give(from: number, text: string): void {
    for (let at = 0; at < text.length; at += 65_536) {
      const piece = text.slice(at, at + 65_536);
      const bytes = Buffer.from(piece);
      void this.outflow.chunk({ position: from + at + bytes.length, stream: 'out', text: piece, bytes, skipped: 0 });
    }
  }

  async send(lost?: 'request' | 'answer'): Promise<boolean> {
    // Time passes, so that what is to be tried again is.
    this.nowMs += 60_000;
    const part = await this.outflow.part();
    if (part === undefined) return false;
    if (lost !== 'request') {
      const line = Buffer.from(JSON.stringify([{ channel: this.id, ...part }]));
      const { items } = await this.relay.bridge.channels(
        this.machine,
        { epoch: this.epoch, digest: sha256(line) },
        line,
      );
      if (lost === undefined && items[0] !== undefined) this.outflow.stands(items[0]);
    }
    if (lost !== undefined) this.outflow.connected();
    return true;
  }

  async read(): Promise<void> {
    const feed = feedOfChannel(this.id);
    this.reader ??= await this.relay.feeds.open(caller, new Map([[feed, '-1']]));
    for (let isMore = true; isMore; ) {
      const { snapshots, blocks, resets, gone } = await this.reader.read(0, never);
      if (gone.length > 0 || resets.length > 0) {
        // The place is lost: the reader begins anew, as the app does.
        this.reader[Symbol.dispose]();
        this.reader = undefined;
        this.has = '';
        if (gone.length > 0) return;
        return await this.read();
      }
      for (const { body, rev } of snapshots) {
        const bytes = body === undefined ? await this.relay.channels.snapshot(caller, this.id, rev) : undefined;
        this.has = gunzipSync(bytes ?? Buffer.from(body ?? '', 'base64')).toString();
      }
      for (const { json } of blocks) this.take(JSON.parse(json));
      isMore = blocks.length > 0 || snapshots.length > 0;
    }
  }

  take(entry: { readonly o?: string; readonly skip?: number }): void {
    if (entry.o !== undefined) this.has += entry.o;
    // A number may be cut at a hole.
    if (entry.skip !== undefined) this.has += '|';
  }
}

/** Numbers in order, each once; where pieces are missing, only numbers in between are. */
function checkOrder(text: string): void {
  const numbers = (text.match(/(?<=^| )\d+(?= )/g) ?? []).map(Number);
  for (const [index, number] of numbers.entries())
    if (index > 1) assert.ok(number > (numbers[index - 1] ?? -1), `${numbers[index - 1]} before ${number}`);
}

async function holds(random: Below, isTerminal: boolean): Promise<void> {
  await using relayWorld = await openRelay();
  const { relay, store } = relayWorld;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(relay, machine, { manifestDigest: unknownDigest });
  const id = `record-${randomBytes(6).toString('hex')}`;
  const record = { id, kind: isTerminal ? 'terminal' : 'run', title: 'it', state: 'running', meta: {} };
  await bridge.send([{ op: 'record-put', record } as Op]);
  const world = new World(relay, { machine, epoch: bridge.epoch, id }, isTerminal);
  const acts: { readonly [One in Happening]: () => unknown } = {
    output: () => {
      const { from, text } = world.program.write(1 + random(90_000));
      world.give(from, text);
    },
    sent: () => world.send(),
    'answer lost': () => world.send('answer'),
    'request lost': () => world.send('request'),
    watch: () => world.outflow.watch(true),
    unwatch: () => world.outflow.watch(false),
    'relay emptied': async () => {
      await store.drop(channelShard(id));
      world.outflow.connected();
    },
    'bridge restarted': () => {
      world.outflow = world.begin();
      // The keeper has all output of a run in its ring; a terminal goes on from its screen.
      if (!isTerminal) world.give(0, world.program.text);
    },
    read: () => world.read(),
  };
  for (let turns = random(40); turns > 0; turns--) {
    await acts[happeningBy(random)]();
    checkOrder(world.has);
  }
  world.outflow.end({ x: { code: 0 } });
  for (let turns = 0; !world.outflow.isClosed; turns++) {
    assert.ok(turns < 500, 'it never comes to its end');
    await world.send();
  }
  world.reader?.[Symbol.dispose]();
  world.reader = undefined;
  world.has = '';
  await world.read();
  checkOrder(world.has);
  const { text } = world.program;
  if (isTerminal) assert.equal(world.has, text);
  else assert.ok(text.endsWith(world.has.split('|').at(-1) ?? ''), 'the end of the output is there');
}

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

async function manyTimes(isTerminal: boolean): Promise<void> {
  for (let run = 0; run < 25; run++) await holds(createRandomBelow(seed + run), isTerminal);
}

test(`the channel of a terminal ends with its screen, and shows nothing twice or out of order (SEED=${seed}) (H1, H2)`, () =>
  manyTimes(true));

test(`the channel of a run has its newest output to the end, nothing twice or out of order (SEED=${seed}) (H1, H2)`, () =>
  manyTimes(false));
