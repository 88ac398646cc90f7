/** One bridge a data folder: a file with the process that holds it, which counts for nothing once that process is gone. */
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Another bridge runs on the same data folder. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`A bridge already runs on ${folder} (process ${pid}). Stop it, or give this one another --data.`);
    this.pid = pid;
  }
}

interface Holder {
  readonly pid: number;
  /** When the process began, where the system tells: a pid is used again. */
  readonly began: string;
}

/** Takes the lock of a folder until disposed. Throws LockHeld. */
export async function openLock(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  const own = `${path}.${process.pid}`;
  const text = JSON.stringify({ pid: process.pid, began: beganOf(process.pid) } satisfies Holder);
  await writeFile(own, text, { mode: 0o600 });
  try {
    for (let tries = 0; tries < 5; tries++) {
      if (await tryTake(own, path)) return { [Symbol.asyncDispose]: () => release(path, text) };
      const holder = lockHolder(folder);
      if (holder !== undefined) throw new LockHeld(folder, holder.pid);
      await rm(path, { force: true });
    }
    throw new Error(`The lock ${path} cannot be taken.`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Who holds a folder's lock and is alive. */
export function lockHolder(folder: string): { readonly pid: number } | undefined {
  const holder = readHolder(join(folder, 'lock'));
  return holder !== undefined && isAlive(holder) ? { pid: holder.pid } : undefined;
}

/** A link appears with its content, or not at all. */
async function tryTake(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    throw error;
  }
}

async function release(path: string, text: string): Promise<void> {
  const now = await readFile(path, 'utf8').catch(() => '');
  if (now === text) await rm(path, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof value.pid === 'number' ? { pid: value.pid, began: value.began ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EPERM';
  }
  return began === '' || beganOf(pid) === '' || beganOf(pid) === began;
}

/** Start time of a process in clock ticks since boot, with the boot's id; '' where the system does not tell. */
function beganOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return '';
  }
}
