/** The walks of a save, of a tap and of a key in docs/architecture.md are those that the code takes: each file of the bridge and the relay that is named there runs. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridge, type TestBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { endKeeper } from '../kit/sessions.ts';

const root = join(import.meta.dirname, '../..');
const spec = 'specs/001-first-light/README.md';

test('a save passes through the files that the architecture names', async () => {
  await using world = await openBoth();
  const ran = await filesRunBy(async () => {
    const file = join(world.bridge.root, spec);
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\nOne line more.\n`);
    await eventually(() => world.told().includes(spec));
  });
  assert.deepEqual(
    (await named('save')).filter((file) => !ran.has(file)),
    [],
    'named, and not on the walk',
  );
});

test('a tap passes through the files that the architecture names', async () => {
  await using world = await openBoth();
  const { rev } = (await world.bridge.documents()).get(spec) ?? assert.fail('no document');
  const ran = await filesRunBy(async () => {
    const args = { project: 'shop', spec: '001', priority: 'critical' };
    const body = { kind: 'spec-metadata-update', args, ifRev: rev };
    await world.api.ask('POST', '/v1/machines/laptop/commands', { body });
    await eventually(() => /"state":"done"/.test(world.told()));
  });
  const files = [...(await named('tap')), ...(await named('save'))];
  assert.deepEqual(
    files.filter((file) => !ran.has(file) && !onlyOfWatches.has(file)),
    [],
    'named, and not on the walk',
  );
});

test('a key passes through the files that the architecture names', async () => {
  await using world = await openBoth();
  const opening = { kind: 'terminal-open', args: { project: 'shop', cols: 80, rows: 24, argv: ['sh'] } };
  const path = '/v1/machines/laptop/commands?wait=10';
  const { json } = await world.api.ask<{ result: { terminal: string } }>('POST', path, { body: opening });
  const { terminal } = json.result;
  const ran = await filesRunBy(async () => {
    const told = world.follow(`/v1/feeds/c.${terminal}/events?live=sse&offset=-1`);
    const body = { producer: 'me', seq: 1, inputs: ['echo $((6*7))\r'] };
    await world.api.ask('POST', `/v1/records/${terminal}/inputs`, { body });
    await eventually(() => told().includes('42\\r'));
  });
  assert.deepEqual(
    (await named('key')).filter((file) => !ran.has(file)),
    [],
    'named, and not on the walk',
  );
});

/** What a command has changed is looked at without waiting for the watcher, whose hint may come later. */
const onlyOfWatches = new Set(['bridge/watch/watcher.ts', 'bridge/watch/watching.ts', 'bridge/watch/settle.ts']);

interface Both extends AsyncDisposable {
  readonly api: TestApi;
  readonly bridge: TestBridge;
  /** What a reader of everything has been told. */
  readonly told: () => string;
  /** Follows a path of events; gives what it has told so far. */
  readonly follow: (path: string) => () => string;
}

/** A relay and a bridge in this process, everything uploaded, and somebody who follows. */
async function openBoth(): Promise<Both> {
  const stack = new AsyncDisposableStack();
  const api = stack.use(await openApi());
  const data = stack.use(await openTemporaryFolder()).path;
  await writePolicy(data, { kinds: programs });
  stack.defer(() => endKeeper(data));
  const bridge = stack.use(await openBridge(api, { data }));
  await bridge.event('synced');
  const leaving = new AbortController();
  stack.defer(() => leaving.abort());
  const headers = { authorization: `Bearer ${api.ownerKey}` };
  const follow = (path: string) => {
    let told = '';
    const hear = async () => {
      const { body } = await fetch(`${api.url}${path}`, { headers, signal: leaving.signal });
      const decoder = new TextDecoder();
      for await (const bytes of body ?? []) told += decoder.decode(bytes, { stream: true });
    };
    hear().catch(() => undefined);
    return () => told;
  };
  const told = follow('/v1/stream?live=sse');
  await eventually(() => told().includes('hello'));
  return { api, bridge, told, follow, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The files of this tree of which a function has run meanwhile. */
async function filesRunBy(act: () => Promise<void>): Promise<ReadonlySet<string>> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true });
    await session.post('Profiler.takePreciseCoverage');
    await act();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const ran = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
    return new Set(ran.map(({ url }) => decodeURIComponent(url).replace(`file://${root}/`, '')));
  } finally {
    session.disconnect();
  }
}

/** The files of bridge and relay in the first column of a walk. */
async function named(walk: string): Promise<readonly string[]> {
  const text = await readFile(join(root, 'docs/architecture.md'), 'utf8');
  const chapter = new RegExp(`^## The walk of a ${walk}$([^]*?)^## `, 'm').exec(text)?.[1] ?? '';
  const cells = [...chapter.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell = '']) => cell);
  const files = cells.flatMap((cell) =>
    [...cell.matchAll(/`((?:api|bridge)\/[^`]+\.ts)`/g)].map(([, file = '']) => file),
  );
  assert.ok(files.length > 8, chapter);
  return files;
}
