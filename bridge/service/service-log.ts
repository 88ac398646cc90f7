/** The service's log on macOS and Windows: `service.log` in the data folder, and `service.log.old` before it. Systemd has the journal. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const bytesMax = 1024 * 1024;
/** How often a followed log is looked at, in ms. */
const lookMs = 500;

export function serviceLogFile(folder: string): string {
  return join(folder, 'service.log');
}

/** Writes lines to the log, each with its date. A log that cannot be written stops no bridge. */
export function writeServiceLog(folder: string, line: string): void {
  const file = serviceLogFile(folder);
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > bytesMax) renameSync(file, `${file}.old`);
    appendFileSync(file, `${new Date().toISOString().slice(0, 10)} ${line}`, { mode: 0o600 });
  } catch {
    // The disk is full, or the folder is gone; the bridge says so itself.
  }
}

/** The last lines of a file, then, with `signal`, each new one until it aborts. Yields nothing where there is no file. */
export async function* linesOf(file: string, last: number, signal?: AbortSignal): AsyncGenerator<string> {
  let place = await endOf(file);
  const before = await readFrom(file, Math.max(0, place - bytesMax), place);
  yield* before
    .split('\n')
    .filter((line) => line !== '')
    .slice(-last);
  for (
    let rest = '';
    signal !== undefined && !signal.aborted;
    await delay(lookMs, undefined, { signal }).catch(() => 0)
  ) {
    const end = await endOf(file);
    // It was begun anew.
    if (end < place) place = 0;
    const lines = (rest + (await readFrom(file, place, end))).split('\n');
    place = end;
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

async function endOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(file: string, from: number, to: number): Promise<string> {
  if (to <= from) return '';
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead).toString('utf8');
}
