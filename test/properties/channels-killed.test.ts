/** A channel that is written, read and typed into over HTTP while the processes of the relay are killed: each entry comes once, and each key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createAsk, patient, type TestApi } from '../kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../kit/bridge-calls.ts';
import { testNeeding } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openRelayProcesses, type RelayKind } from '../kit/relay-processes.ts';

const KILLS = 2;
const id = 'terminal-1';
const feed = `c.${id}`;
const record = { id, kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } };

type Ask = TestApi['ask'];

/** Writes numbers, each tenth part with a screen; resolves to the last one. */
async function write(bridge: BridgeCalls, isOver: () => boolean): Promise<number> {
  for (let seq = 1; ; seq++, await delay(3)) {
    const snapshot = gzipSync(JSON.stringify({ upTo: seq })).toString('base64');
    const part = { channel: id, seq, entries: [{ n: seq }], ...(seq % 10 === 0 ? { snapshot } : {}) };
    const { position, code } = await bridge.add(part);
    assert.deepEqual([position, code], [seq, undefined]);
    if (isOver()) return seq;
  }
}

interface Page {
  readonly offsets: Readonly<Record<string, string>>;
  readonly events: readonly { readonly entry: { readonly n: number } }[];
  readonly snapshots?: readonly { readonly body: string }[];
  readonly resets?: readonly object[];
}

/** Reads on from where it was, until the last is there. */
async function read(ask: Ask, last: () => number | undefined): Promise<void> {
  let [offset, at] = ['-1', 0];
  while (at !== last()) {
    const { json } = await ask<Page>('GET', `/v1/feeds/${feed}/events?live=long-poll&wait=1&offset=${offset}`);
    assert.deepEqual(json.resets ?? [], []);
    for (const { body } of json.snapshots ?? []) {
      const { upTo } = JSON.parse(gunzipSync(Buffer.from(body, 'base64')).toString());
      assert.ok(upTo > at);
      at = upTo;
    }
    for (const { entry } of json.events) {
      assert.equal(entry.n, at + 1);
      at = entry.n;
    }
    offset = json.offsets[feed] ?? assert.fail();
  }
}

/** Types, each request until it is answered; resolves to all of it. */
async function type(ask: Ask, isOver: () => boolean): Promise<readonly string[]> {
  const typed: string[] = [];
  for (let seq = 1; !isOver(); seq++, await delay(15)) {
    const { status, json } = await ask('POST', `/v1/records/${id}/inputs`, {
      body: { producer: 'tab', seq, inputs: [`key ${seq}`] },
    });
    assert.equal(status, 200, JSON.stringify(json));
    typed.push(`key ${seq}`);
  }
  return typed;
}

async function take(ask: Ask, { key, epoch }: BridgeCalls, count: () => number | undefined) {
  const taken: unknown[] = [];
  while (taken.length !== count()) {
    const body = { epoch, after: { [id]: taken.length }, watch: [id], waitSeconds: 1 };
    const { json } = await ask<{ inputs: { position: number; input: unknown }[] }>('POST', '/v1/bridge/inbox', {
      key,
      body,
    });
    for (const { position, input } of json.inputs) {
      assert.equal(position, taken.length + 1);
      taken.push(input);
    }
  }
  return taken;
}

async function holds(kind: RelayKind): Promise<void> {
  await using folder = await openTemporaryFolder();
  await using relay = await openRelayProcesses(folder.path, {}, kind);
  const ask = patient(createAsk(relay.url, relay.key));
  const bridge = await openBridgeCalls({ ask });
  await bridge.tell(record);
  let isOver = false;
  let last: number | undefined;
  let count: number | undefined;
  await bridge.add({ channel: id, seq: 0 });
  const writing = write(bridge, () => isOver).then((seq) => (last = seq));
  await delay(50);
  const typing = type(ask, () => isOver).then((typed) => {
    count = typed.length;
    return typed;
  });
  const all = Promise.all([
    typing,
    take(ask, bridge, () => count),
    writing,
    ...[1, 2].map(() => read(ask, () => last)),
  ]);
  all.catch(() => (isOver = true));
  for (let kill = 0; kill < KILLS && !isOver; kill++) {
    await delay(200 + Math.random() * 300);
    await relay.restart('SIGKILL');
  }
  isOver = true;
  const [typed, taken] = await all;
  assert.deepEqual(taken, typed);
  assert.ok(typed.length > 5 && (last ?? 0) > 10, `${typed.length} keys, ${last} entries`);
}

test('each entry and each key of a channel comes once while the relay is killed again and again, on SQLite (H1, H2, H3)', () =>
  holds('sqlite'));

testNeeding('redis-server')('the same with two processes on one Redis', () => holds('two'));
