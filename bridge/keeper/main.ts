/** The keeper as a process: `node bridge/keeper/main.ts --data DIR [--protocol N]`. The bridge begins it; `sallyport keeper` does the same for people. With `--try-terminal` it only says whether a terminal can be had. A second one on a data folder ends at once. */
import { appendFileSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { limits } from '#contract/limits.ts';
import { LockHeld, openLock } from '../data/lock.ts';
import { keeperFolder } from './place.ts';
import { serveKeeper } from './server.ts';
import { tryTerminal } from './try-terminal.ts';
import { protocol, protocolBefore } from './wire.ts';

const logBytesMax = 256 * 1024;

const { values } = parseArgs({
  options: {
    ...{ data: { type: 'string' }, protocol: { type: 'string' } },
    ...{ 'linger-ms': { type: 'string' }, 'try-terminal': { type: 'boolean' } },
  },
});
if (values['try-terminal']) {
  console.log(JSON.stringify(await tryTerminal()));
  process.exit();
}
if (values.data === undefined) throw new Error('The keeper needs --data.');
const dataFolder = values.data;
const spoken = Number(values.protocol ?? protocol);
if (spoken !== protocol && spoken !== protocolBefore) throw new Error(`This keeper does not speak protocol ${spoken}.`);
const folder = keeperFolder(dataFolder, spoken);
const onDefect = (error: unknown) => logDefect(join(folder, 'keeper.log'), error);

// The terminal or the bridge that began it may be gone. A defect in one child must not take the others.
process.on('SIGHUP', () => undefined);
process.on('uncaughtException', onDefect);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

try {
  await using _lock = await openLock(folder);
  await serveKeeper(
    { dataFolder, protocol: spoken, lingerMs: Number(values['linger-ms'] ?? limits.keeperLingerMs), onDefect },
    stop.signal,
  );
} catch (error) {
  if (error instanceof LockHeld) console.error(`A keeper runs already (process ${error.pid}).`);
  else onDefect(error);
}
// Programs that were left behind may hold pipes of ours.
process.exit();

function logDefect(file: string, error: unknown): void {
  console.error(error);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) truncateSync(file);
    appendFileSync(file, `${new Date().toISOString()} ${inspect(error)}\n`, { mode: 0o600 });
  } catch {
    // A full disk is no reason to end.
  }
}
