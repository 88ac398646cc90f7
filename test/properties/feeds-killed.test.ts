/** A reader of several feeds, over HTTP, while the processes of the relay are killed: it hears of every save once. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EVENTS } from '../../api/relay/rows.ts';
import { openStore } from '../../api/store/open.ts';
import { machineShard } from '../../api/store/shards.ts';
import { createAsk, patient } from '../kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../kit/bridge-calls.ts';
import { openStream, type StreamReader } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openRelayProcesses, type RelayKind, type RelayProcesses } from '../kit/relay-processes.ts';

const KILLS = 4;
const MACHINES = 3;

/** Follows until `signal` aborts, each time from where it stood; the streams so far, one after the other. */
function followOn(relay: RelayProcesses, signal: AbortSignal) {
  const streams: StreamReader[] = [];
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const follow = async () => {
    while (!signal.aborted) {
      const stream = await openStream(relay.url, relay.key, streams.at(-1)?.feeds()).catch(() => undefined);
      if (stream === undefined) await delay(20);
      else {
        streams.push(stream);
        await Promise.race([stream.closed, ended]);
      }
    }
    await streams.at(-1)?.[Symbol.asyncDispose]();
  };
  return { streams, following: follow() };
}

/** Saves one file after the other, on each machine in turn; resolves to the paths. */
async function saveUntil(bridges: readonly BridgeCalls[], isOver: () => boolean): Promise<string[]> {
  const saved: string[] = [];
  for (; !isOver() || saved.length % bridges.length > 0; await delay(5)) {
    const path = `specs/${saved.length}-saved/README.md`;
    await bridges[saved.length % bridges.length]?.put(path, `# ${path}\n`);
    saved.push(path);
  }
  return saved;
}

/** While no process runs, the log of a machine is trimmed to its newest entry. */
async function trim(folder: string, bridge: BridgeCalls | undefined): Promise<void> {
  await using store = await openStore(`sqlite:${join(folder, 'relay', 'relay.sqlite')}`);
  await store.trim(machineShard(bridge?.machine ?? ''), EVENTS, { entriesMax: 1 });
}

async function holds(kind: RelayKind): Promise<void> {
  await using folder = await openTemporaryFolder();
  await using relay = await openRelayProcesses(folder.path, {}, kind);
  const ask = patient(createAsk(relay.url, relay.key));
  const bridges: BridgeCalls[] = [];
  for (let n = 0; n < MACHINES; n++) bridges.push(await openBridgeCalls({ ask }, `machine ${n}`));
  const stop = new AbortController();
  const { streams, following } = followOn(relay, stop.signal);
  await eventually(() => streams.length > 0);
  let isOver = false;
  const saving = saveUntil(bridges, () => isOver);
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(200 + Math.random() * 300);
    const between = kind === 'sqlite' && kill === 1 ? () => trim(folder.path, bridges[0]) : undefined;
    await relay.restart('SIGKILL', between);
  }
  isOver = true;
  const saved = await saving;
  const heard = () => streams.flatMap(({ events }) => events).flatMap(({ document }) => document?.path ?? []);
  await eventually(() => saved.slice(-MACHINES).every((path) => heard().includes(path)));
  stop.abort();
  await following;
  const told = streams.flatMap(({ events }, stream) =>
    events.flatMap(({ document, at, op }) => (document === undefined ? [] : [{ path: document.path, op, at, stream }])),
  );
  const counted = Map.groupBy(told, ({ path }) => path);
  const twice = [...counted.values()].filter(({ length }) => length > 1);
  assert.deepEqual(twice, [], JSON.stringify([twice, streams.map(({ controls }) => controls)]));
  const reset = new Set(
    streams.flatMap(({ controls }) => controls).flatMap(({ type, feed }) => (type === 'reset' ? feed : [])),
  );
  const missing = saved.filter((path, n) => !counted.has(path) && !reset.has(`m.${bridges[n % MACHINES]?.machine}`));
  assert.deepEqual(missing, []);
  // Of two kills in a row the reader may not have noticed the first.
  assert.ok(streams.length > 1, `${streams.length} streams`);
}

test('a reader hears of every save once while the relay is killed again and again, on SQLite', () => holds('sqlite'));

testNeeding('redis-server')('the same with two processes on one Redis', () => holds('two'));
