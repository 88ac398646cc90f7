/** How far a long upload is: what the terminal, programs, `sallyport status` and the people at the relay see of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Machine } from '#contract/machine.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddler, openMeddler } from '../kit/meddler.ts';
import { findProgram } from '../kit/parts.ts';
import { cleanEnvironment, startProgram } from '../kit/process.ts';
import { openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const count = 24;
const main = 'bridge/main.ts';
const patient = { timeoutMs: 60_000 };

test('a long upload tells programs, status and the app how far it is, and that it is over', async () => {
  await using relay = await openApi();
  await using slow = await openSlowNetwork(relay, 1000);
  await using folder = await openTemporaryFolder();
  const { id, args } = await given(relay, slow, folder.path);
  await using bridge = startProgram(main, [...args, '--json']);
  const said = await bridge.line(({ event }) => event === 'uploading', 60_000);
  assert.equal(Number(said.there) + Number(said.left), count);
  assert.ok(Number(said.perSecond) > 0);
  const status = ['status', '--data', join(folder.path, 'data')];
  const there = await machineAt(relay, id);
  assert.ok(there.uploading !== undefined && there.uploading.left < count);
  assert.equal(there.uploading.of, count);
  assert.deepEqual(await listed(relay, id, [count - 1, 0]), [true, false], 'what was written last goes up first');
  const [shown, asked] = await Promise.all(
    [[], ['--json']].map((more) => runProgram(main, [...status, ...more], {}, folder.path)),
  );
  assert.match(shown?.stdout ?? '', /^uploading: \d+ of 24 documents, [\d.]+ a second, \d+ s left$/m);
  const { uploading } = JSON.parse(asked?.stdout ?? '');
  assert.ok(uploading.left > 0 && uploading.left < count);
  await bridge.line(({ event }) => event === 'synced', 60_000);
  await bridge.line(({ event }) => event === 'uploaded');
  const after = await runProgram(main, status, {}, folder.path);
  assert.doesNotMatch(after.stdout, /uploading/);
  assert.equal((await machineAt(relay, id)).uploading, undefined);
});

test('on a terminal there is a bar with count, rate and time left, which goes when all is uploaded', {
  skip: findProgram('script') === undefined ? 'no terminal to be had (script of util-linux)' : false,
}, async () => {
  await using relay = await openApi();
  await using slow = await openSlowNetwork(relay, 1000);
  await using folder = await openTemporaryFolder();
  const { args } = await given(relay, slow, folder.path);
  const line = [process.execPath, join(import.meta.dirname, '../..', main), ...args].join(' ');
  const child = spawn('script', ['-qefc', `stty cols 120; exec ${line}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...cleanEnvironment(), TERM: 'xterm' },
  });
  const ended = once(child, 'exit');
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  try {
    await eventually(() => /█+░+ \d+ % {2}\d+ of 24 documents, [\d.]+ a second, \d+ s left/.test(screen), patient);
    await eventually(() => /everything is uploaded/.test(screen), patient);
    const last = screen.slice(screen.lastIndexOf('left'));
    assert.ok(last.includes('\r\u001b[K'), 'the bar is taken away');
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});

test('while the relay cannot be reached, how far it is stays said, and no time left is promised', async () => {
  await using relay = await openApi();
  await using slow = await openSlowNetwork(relay, 1000);
  await using folder = await openTemporaryFolder();
  const { args } = await given(relay, slow, folder.path);
  await using bridge = startProgram(main, [...args, '--json']);
  await bridge.line(({ event }) => event === 'uploading', 60_000);
  slow.meddle = () => ({ status: 502 });
  const paused = await bridge.line(({ event, perSecond }) => event === 'uploading' && perSecond === 0, 60_000);
  assert.equal(Number(paused.there) + Number(paused.left), count);
  const status = () => runProgram(main, ['status', '--data', join(folder.path, 'data')], {}, folder.path);
  await eventually(async () => /^upload interrupted: \d+ of 24 documents$/m.test((await status()).stdout), patient);
});

test('what was left and came to nothing is not shown as left for ever', async () => {
  await using relay = await openApi();
  await using slow = await openSlowNetwork(relay, 2000);
  await using machine = await openBridge(relay, { through: slow.url });
  await machine.event('synced', 60_000);
  // New ones, of which the relay knows nothing.
  await makeNoisy(machine.root);
  await eventually(async () => (await machineAt(relay, machine.machine)).uploading, patient);
  const sent = sentThrough(slow);
  for (let n = 0; n < count; n++) if (!sent.includes(pathOf(n))) await rm(join(machine.root, pathOf(n)));
  await eventually(async () => (await machineAt(relay, machine.machine)).uploading === undefined, patient);
  assert.ok((await machine.documents()).size < count);
});

/** A network on which each batch takes a while, and takes 64 KiB at most. */
async function openSlowNetwork(relay: TestApi, ms: number): Promise<Meddler> {
  return await openMeddler(relay.url, ({ path, body }) => {
    if (!path.startsWith('/v1/bridge/ingest')) return undefined;
    return body.length > 66 * 1024 ? { status: 413 } : { afterMs: ms };
  });
}

/** All batches that were not refused, one of them perhaps on its way. */
function sentThrough({ met }: Meddler): string {
  const taken = met.filter(({ path, body }) => path.startsWith('/v1/bridge/ingest') && body.length <= 66 * 1024);
  return taken
    .map(({ headers, body }) => String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body))
    .join();
}

async function given({ api }: TestApi, slow: Meddler, folder: string) {
  const root = join(folder, 'shop');
  await makeNoisy(root);
  const { id, key } = await api.createMachine('laptop');
  return { id, args: ['run', '--url', slow.url, '--key', key, '--data', join(folder, 'data'), root] };
}

async function makeNoisy(root: string): Promise<void> {
  for (let n = 0; n < count; n++) await writeFiles(root, { [pathOf(n)]: specText(`Noise ${n}`, {}, noise(n)) });
}

function pathOf(n: number): string {
  return `specs/${String(n).padStart(3, '0')}-noise/README.md`;
}

/** 30 KB that gzip cannot make much smaller. */
function noise(seed: number): string {
  let state = seed + 1;
  const next = () => {
    state = (state * 48271) % 0x7fffffff;
    return String.fromCharCode(33 + (state % 90));
  };
  return Array.from({ length: 30_000 }, next).join('');
}

/** Whether the relay lists those that were written so many files later than the first. */
async function listed({ ask }: TestApi, id: string, numbers: readonly number[]): Promise<boolean[]> {
  const { json } = await ask<{ items: { path: string }[] }>('GET', `/v1/machines/${id}/documents`);
  return numbers.map((n) => json.items.some(({ path }) => path === pathOf(n)));
}

async function machineAt({ ask }: TestApi, id: string): Promise<Machine> {
  return (await ask<Machine>('GET', `/v1/machines/${id}`)).json;
}
