/** The machine's own audit log, which no relay can change: what was done here, and who asked for it. A file of lines in the data folder; `contract/audit.ts` has their form. */
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { type Act, AuditEntry, AuditMark, type ChainHead, emptyChain, enter, entriesOf } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { readOrSetAside, writePrivate } from '../data/private-file.ts';

/** Name of the file in the data folder. */
export const auditFile = 'audit.jsonl';
/** Beside it, the head after the newest entry. A truncated log does not reach it. */
const headFile = 'audit-head.json';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An older lock was left by a killed process. */
const lockStaleMs = 5000;

/** Writes the entries of an act durably, one act after another across processes. `now` in ms since 1970. */
export async function enterAudit(folder: string, act: Act, now: number = Date.now()): Promise<void> {
  const path = join(folder, auditFile);
  await using _lock = await takeLock(`${path}.lock`);
  let head = await readHead(folder);
  let lines = '';
  for (const each of entriesOf(act)) {
    const entered = enter(head, 'bridge', shortened(each), now, sha256);
    lines += `${entered.line}\n`;
    head = entered.head;
  }
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.appendFile(lines);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  // The entry is written; a retry would write it twice. What fails here is repeated with the next entry.
  await keepHead(folder, head).catch(() => undefined);
  await dropOldest(path).catch(() => undefined);
}

/** The lines of a data folder's log; none if there is no log yet. */
export async function readAudit(folder: string): Promise<readonly string[]> {
  return linesOf(await readFile(join(folder, auditFile), 'utf8').catch(noneWhereAbsent));
}

/** The stored head of that log, as a line; none if there is no log yet. */
export async function readAuditHead(folder: string): Promise<readonly string[]> {
  return linesOf(await readFile(join(folder, headFile), 'utf8').catch(noneWhereAbsent));
}

async function keepHead(folder: string, { seq, hash }: ChainHead): Promise<void> {
  const mark: AuditMark = { log: 'bridge', head: { seq, hash } };
  // The log itself is flushed; a head that is behind it is caught up with.
  await writePrivate(join(folder, headFile), `${JSON.stringify(mark)}\n`, { flush: false });
}

/** Some text comes from the relay: a line must be shorter than the part of the log that is read at its end. */
function shortened({ about, by, ...act }: Act): Act {
  const cut = (text: string) => text.slice(0, limits.relayWordLengthMax);
  const told = Object.entries(about ?? {}).map(([name, value]) => [cut(name), cut(value)]);
  return {
    ...act,
    by: { ...by, name: cut(by.name) },
    ...(about === undefined ? {} : { about: Object.fromEntries(told) }),
  };
}

/** Reads the end of the file, and cuts off a partial line of a crash. */
async function readTail(path: string): Promise<string> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - limits.auditLineBytesMax);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (whole === 0 && from > 0) throw new SyntaxError('The last line is too long.');
    if (whole < bytesRead) await handle.truncate(from + whole);
    return buffer.subarray(0, whole).toString('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * The head of the chain. A log that does not reach the stored head was truncated: it continues from that head, so that the gap is visible.
 * If the end of a log cannot be read, it is renamed and a new log continues, because new entries must still be written.
 */
async function readHead(folder: string): Promise<ChainHead> {
  const path = join(folder, auditFile);
  const kept = keptHead(folder);
  try {
    const head = headOf(await readTail(path));
    const isWhole = kept === undefined || head.seq > kept.seq || head.hash === kept.hash;
    return isWhole ? head : { ...kept, atMs: head.atMs };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await rename(path, `${path}.damaged-${Date.now()}`);
    if (kept === undefined) return emptyChain;
    await writePrivate(path, `${JSON.stringify({ log: 'bridge', anchor: kept })}\n`);
    return { ...kept, atMs: 0 };
  }
}

function keptHead(folder: string): Pick<ChainHead, 'seq' | 'hash'> | undefined {
  const kept = readOrSetAside(join(folder, headFile), AuditMark);
  return kept !== undefined && 'head' in kept ? kept.head : undefined;
}

/** Throws SyntaxError if the last line is not an entry. */
function headOf(text: string): ChainHead {
  const last = linesOf(text).at(-1);
  if (last === undefined) return emptyChain;
  const parsed = v.safeParse(v.union([AuditEntry, AuditMark]), JSON.parse(last));
  if (!parsed.success || 'head' in parsed.output) throw new SyntaxError('This is not an entry of an audit log.');
  if ('anchor' in parsed.output) return { ...parsed.output.anchor, atMs: 0 };
  const { seq, hash, at } = parsed.output;
  return { seq, hash, atMs: Date.parse(at) };
}

/** Keeps the newer half of a log that has grown too large, after an anchor. */
async function dropOldest(path: string): Promise<void> {
  if ((await stat(path)).size <= limits.bridgeAuditBytesMax) return;
  const lines = linesOf(await readFile(path, 'utf8'));
  const cut = Math.floor(lines.length / 2);
  const { seq, hash } = JSON.parse(lines[cut - 1] ?? '') as AuditEntry;
  const kept = [JSON.stringify({ log: 'bridge', anchor: { seq, hash } }), ...lines.slice(cut)];
  await writePrivate(path, kept.map((line) => `${line}\n`).join(''));
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Takes a lock: a file that only one process can create. */
async function takeLock(path: string): Promise<AsyncDisposable> {
  for (;;) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const taken = await stat(path).catch(() => undefined);
      if (taken !== undefined && Date.now() - taken.mtimeMs > lockStaleMs) await rm(path, { force: true });
      await delay(5);
    }
  }
}

function noneWhereAbsent(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}
