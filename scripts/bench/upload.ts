/** `npm run bench:upload`: how long `npm start` takes until every document of the 381 real specs is up (the app being built), and what an idle reconnect sends. Beside it, as a floor, the time to read and hash the same files. */
import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCountingProxy } from '../../test/kit/counting-proxy.ts';
import { freePort } from '../../test/kit/free-port.ts';
import { startProgram } from '../../test/kit/process.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}
await firstUpload();
await idleReconnect();

async function firstUpload(): Promise<void> {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('lean-spec', folder.path);
  const floor = await readAndHash(root);
  const began = performance.now();
  await using program = startProgram('scripts/start.ts', [
    '--json',
    '--port',
    String(await freePort()),
    '--data',
    join(folder.path, 'data'),
    root,
  ]);
  const line = await program.line((found) => 'projects' in found, 60_000);
  const took = performance.now() - began;
  await program.end('SIGINT');
  console.log(`first upload, start to --json line: ${(took / 1000).toFixed(2)} s (aim: at most 3 s)`);
  console.log(`  documents: ${JSON.stringify(line.projects)}`);
  console.log(
    `  floor, read and hash the same files: ${(floor / 1000).toFixed(2)} s; ratio ${(took / floor).toFixed(1)}`,
  );
}

async function readAndHash(root: string): Promise<number> {
  const began = performance.now();
  for await (const path of glob('specs/**/*.md', { cwd: root }))
    createHash('sha256')
      .update(await readFile(join(root, path)))
      .digest('hex');
  return performance.now() - began;
}

/** Counts every byte of the bridge's sockets, headers included, from its start until it is synced. */
async function idleReconnect(): Promise<void> {
  await using world = await openWorld();
  const root = await copyRealProject('lean-spec', world.folder);
  await using proxy = await startCountingProxy(world.url);
  const machine = await world.startMachine('bench', [root], {}, proxy.url);
  await machine.bridge().end();
  proxy.reset();
  await machine.startBridge();
  console.log(`idle reconnect: ${(proxy.sentBytes() / 1024).toFixed(1)} KiB sent (aim: under 64 KiB)`);
}
