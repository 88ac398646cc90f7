/** Allows one bridge per data folder: a lock file names the process that holds it, and is void once that process has ended. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beganOf } from '../system/began.ts';
import { isStillAlive } from '../system/is-alive.ts';

/** How often a lock that is held is looked at, in ms. */
const lookMs = 100;

/** Another bridge runs on the same data folder. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`A bridge already runs on ${folder} (process ${pid}). Stop it, or start this one with another --data.`);
    this.pid = pid;
  }
}

interface Holder {
  readonly pid: number;
  /** Start time of the process, if the system tells it, because pids are reused. */
  readonly began: string;
}

/** Takes the lock of a folder until disposed. Throws LockHeld. */
export async function openLock(folder: string): Promise<AsyncDisposable> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const text = JSON.stringify({ pid: process.pid, began: beganOf(process.pid), id: randomBytes(4).toString('hex') });
  try {
    await writeFile(own, text, { mode: 0o600 });
    for (let tries = 0; tries < 5; tries++) {
      if (await tryTake(own, path)) return { [Symbol.asyncDispose]: () => release(path, text) };
      const holder = await clear(own, path);
      if (holder !== undefined) throw new LockHeld(folder, holder.pid);
    }
    throw new Error(`Could not take the lock ${path}.`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Takes the lock once its holder has let go of it. Throws LockHeld after `msMax`. */
export async function openLockOnceFree(folder: string, msMax: number): Promise<AsyncDisposable> {
  const deadline = performance.now() + msMax;
  for (;;) {
    try {
      return await openLock(folder);
    } catch (error) {
      if (!(error instanceof LockHeld) || performance.now() >= deadline) throw error;
      await delay(lookMs);
    }
  }
}

/** The live process that holds a folder's lock, if any. */
export function lockHolder(folder: string): { readonly pid: number } | undefined {
  const holder = parseHolder(readLock(folder));
  return holder !== undefined && isStillAlive(holder) ? { pid: holder.pid } : undefined;
}

/** A hard link appears together with its content, or not at all. */
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

/** Removes a dead lock; resolves to the live process that holds it or removes it now. Who removes a lock first claims that very text, so that nobody removes a lock that was taken meanwhile. */
async function clear(own: string, path: string): Promise<Holder | undefined> {
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === undefined) return undefined;
  const holder = parseHolder(found);
  if (holder !== undefined && isStillAlive(holder)) return holder;
  const claim = `${path}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`;
  if (!(await tryTake(own, claim))) return await clear(own, claim);
  try {
    await release(path, found);
  } finally {
    await rm(claim, { force: true });
  }
  return undefined;
}

/** Removes the lock if it still has this text. */
async function release(path: string, text: string): Promise<void> {
  const now = await readFile(path, 'utf8').catch(() => '');
  if (now === text) await rm(path, { force: true });
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Holder> | null;
    return typeof value?.pid === 'number' ? { pid: value.pid, began: value.began ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

function readLock(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'lock'), 'utf8');
  } catch {
    return undefined;
  }
}
