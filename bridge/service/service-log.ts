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
  let seen = await lookAt(file);
  const before = await readFrom(file, Math.max(0, seen.size - bytesMax), seen.size);
  yield* before
    .split('\n')
    .filter((line) => line !== '')
    .slice(-last);
  for (
    let rest = '';
    signal !== undefined && !signal.aborted;
    await delay(lookMs, undefined, { signal }).catch(() => 0)
  ) {
    const now = await lookAt(file);
    const isAnew = now.inode !== seen.inode || now.size < seen.size;
    const lines = (rest + (await readFrom(file, isAnew ? 0 : seen.size, now.size))).split('\n');
    seen = now;
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** Which file it is and how long; a log that was begun anew is another file. */
async function lookAt(file: string): Promise<{ readonly inode: bigint; readonly size: number }> {
  return await stat(file, { bigint: true }).then(
    ({ ino, size }) => ({ inode: ino, size: Number(size) }),
    () => ({ inode: 0n, size: 0 }),
  );
}

async function readFrom(file: string, from: number, to: number): Promise<string> {
  if (to <= from) return '';
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead).toString('utf8');
}
