/**
 * `npm run bench:agents [times]`: an approval's JSON is renamed into its place decided → its agent is told: at the door, and through `sallyport mcp`; beside bare
 * `node:http` with bare `fs.watch`, in turns. And the whole way: the tap (a POST to the relay) → the JSON on the disk → the agent told at the door.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { renameOver } from '../../test/kit/approvals.ts';
import { contextApproval, contextApprovalPath, contextProject, projectIdOf } from '../../test/kit/door.ts';
import { cleanEnvironment } from '../../test/kit/process.ts';
import { writeFiles } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';
import { calibrate } from './calibration.ts';
import { percentile, spread } from './statistics.ts';

const times = Number(process.argv[2] ?? 200);
const warmUp = 10;
const ways = ['floor', 'door', 'mcp', 'tap'] as const;
type Way = (typeof ways)[number];

/** Begins to wait; resolves when the agent is held, with what it will be told. */
type Wait = (id: string) => Promise<{ readonly told: Promise<unknown> }>;

await using world = await openWorld();
const [root, bare, home] = ['shop', 'bare', 'tool-home'].map((name) => join(world.folder, name)) as [
  string,
  string,
  string,
];
await mkdir(home);
const idOf = (way: Way, n: number) => `approval_${1_769_086_563_000 + n}_${way}`;
const ids = ways.map((way) => Array.from({ length: times + warmUp }, (_, n) => idOf(way, n)));
await writeFiles(root, contextProject(...ids.slice(1).flat()));
await writeFiles(bare, contextProject(...ids.slice(0, 1).flat()));
const machine = await world.startMachine('laptop', [root], { SALLYPORT_AGENTS: '0', SPEC_WORKFLOW_HOME: home });
const { port } = JSON.parse(await readFile(join(home, 'activeSession.json'), 'utf8')) as { port: number };
const approvals = '/v1/machines/laptop/projects/shop/approvals';
const { result } = await world.call<{ result: { items: { id: string; rev: string; file: { rev: string } }[] } }>(
  'GET',
  approvals,
);
const shown = new Map(result.items.map((item) => [item.id, item]));
if (shown.size !== (ways.length - 1) * (times + warmUp)) throw new Error(`the relay knows ${shown.size} approvals`);

await using stack = new AsyncDisposableStack();
const fetched =
  (address: (id: string) => string): Wait =>
  async (id) => {
    const response = await fetch(address(id));
    return { told: response.json() };
  };
const atDoor = fetched((id) => `http://127.0.0.1:${port}/api/projects/${projectIdOf(root)}/approvals/${id}/wait`);
const waits: Readonly<Record<Way, Wait>> = {
  floor: fetched(await startFloor()),
  door: atDoor,
  mcp: await startMcp(),
  tap: atDoor,
};

console.log(`${times} of each; ${await calibrate()}`);
const samples: Record<Way, number[]> = { floor: [], door: [], mcp: [], tap: [] };
const written: number[] = [];
for (let n = 0; n < times + warmUp; n++)
  for (const way of ways) {
    const ms = await measure(way, idOf(way, n));
    if (n >= warmUp) samples[way].push(ms);
  }
print('JSON renamed → told: bare fs.watch and node:http', samples.floor);
print('the same at the door', samples.door);
print('the same through sallyport mcp', samples.mcp);
print('tap (POST to the relay) → JSON on disk', written.slice(warmUp));
print('tap → JSON on disk → told at the door', samples.tap);
await machine.bridge().end();

async function startFloor() {
  const folder = dirname(join(bare, contextApprovalPath('x')));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'agents-floor.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const [line] = await once(child.stdout, 'data');
  return (id: string) => `http://127.0.0.1:${Number(String(line))}/${id}.json`;
}

async function startMcp(): Promise<Wait> {
  const client = new Client({ name: 'an-agent', version: '1.0.0' });
  stack.defer(() => client.close());
  const command = [join(import.meta.dirname, '..', '..', 'bridge', 'main.ts'), 'mcp'];
  const env = { ...cleanEnvironment(), SALLYPORT_DATA: join(world.folder, 'mcp-data') };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: command, cwd: root, env }));
  return async (id) => ({ told: client.callTool({ name: 'wait_for_approval', arguments: { id } }) });
}

async function measure(way: Way, id: string): Promise<number> {
  const place = way === 'floor' ? bare : root;
  const path = contextApprovalPath(id);
  const { told } = await waits[way](id);
  const toldAt = told.then((answer) => {
    if (!JSON.stringify(answer).includes('approved')) throw new Error(JSON.stringify(answer));
    return performance.now();
  });
  // Until the look that begins a wait is over, to a random moment of everybody's timers.
  await delay(30 + Math.random() * 40);
  const at = performance.now();
  if (way !== 'tap') await renameOver(place, path, contextApproval(id, { status: 'approved', response: '' }));
  else {
    const writtenAt = decidedAt(join(place, path));
    const { rev, file } = shown.get(id) ?? {};
    await world.call('POST', `${approvals}/${id}/approve`, { ifRev: rev, fileRev: file?.rev });
    written.push((await writtenAt) - at);
  }
  return (await toldAt) - at;
}

/** When the file says that it is decided. */
async function decidedAt(path: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const watcher = watch(dirname(path), async (_, name) => {
    if (name !== basename(path)) return;
    const seenAt = performance.now();
    if ((await readFile(path, 'utf8').catch(() => '')).includes('"approved"')) resolve(seenAt);
  });
  return await promise.finally(() => watcher.close());
}

function print(title: string, of: readonly number[]): void {
  const ratio = percentile(of, 0.5) / percentile(samples.floor, 0.5);
  console.log(`  ${title.padEnd(52)}${spread(of)}   p50 ${ratio.toFixed(2)} × floor`);
}
