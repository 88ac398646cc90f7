/** Small files that only their owner may read, replaced as a whole. What is there and cannot be understood is not taken for nothing. */
import { readFileSync, renameSync, statSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as v from 'valibot';
import { reasonOf } from '#contract/reason.ts';
import { codeOf } from '../files/guard.ts';
import { quoted } from '../system/quoted.ts';

/** What is not known without a file, and what a person can do. */
export interface Loss {
  /** "which projects were removed here". */
  readonly unknown: string;
  readonly says: string;
  /** A command to copy. */
  readonly copy: string;
  /** A person writes the file and has no secrets in it: it is said what is wrong with it. */
  readonly isWritten?: true;
}

/** A small file that is there and cannot be understood. It stays in its place until a person has seen to it. */
export class DamagedFile extends Error {
  readonly file: string;
  readonly loss: Loss;

  /** What is wrong, without a path of this machine. */
  readonly title: string;

  constructor(file: string, { is: how, why }: Unread, loss: Loss) {
    const is = how === 'closed' ? 'cannot be read by this user' : `is damaged${loss.isWritten ? ` (${why})` : ''}`;
    super(`${file} ${is}, so it is not known ${loss.unknown}. ${loss.says} ${loss.copy}`);
    this.title = `${basename(file)} ${is}, so it is not known ${loss.unknown}.`;
    this.file = file;
    this.loss = loss;
  }
}

/** The command that moves such a file away, with all that is in it. */
export function moveAway(file: string): string {
  return `mv ${quoted(file)} ${quoted(`${file}.damaged`)}`;
}

/** Replaces a file (mode 0600) by a rename, and creates its folder (mode 0700) if missing. The bytes are on the disk before the rename, but for what may be forgotten: that needs no `flush`. */
export async function writePrivate(
  path: string,
  text: string | Iterable<string>,
  { flush = true } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  try {
    await writeFile(fresh, text, { mode: 0o600, flush });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    // Remove a partial file, which wastes space on a full disk.
    await rm(fresh, { force: true }).catch(() => undefined);
    throw error;
  }
  if (flush) await syncFolder(dirname(path));
}

/** Syncs the names in a folder, if the system can (Windows does so by itself). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** The JSON in a file that must not be taken for nothing; undefined where there is none. Throws DamagedFile. */
export function readKept<Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
  loss: Loss,
): v.InferOutput<Schema> | undefined {
  const found = readAny(file, schema);
  if (found !== undefined && 'is' in found) throw new DamagedFile(file, found, loss);
  return found?.value;
}

/** Reads what can be damaged while the bridge runs; then it answers with `otherwise`. `heed` hears each time how it is. */
export function heeding<Value>(
  read: () => Value,
  otherwise: () => Value,
  heed: (damage: DamagedFile | undefined) => void,
): () => Value {
  return () => {
    try {
      const value = read();
      heed(undefined);
      return value;
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      heed(error);
      return otherwise();
    }
  };
}

/** The JSON in a file without which it goes on: one that cannot be understood is kept beside it, with the time in its name. */
export function readOrSetAside<Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  const found = readAny(file, schema);
  if (isDamaged(found)) setAside(file);
  return whatIsIn(found);
}

/** Replaces what `readKept` reads, because a person has said it anew: a damaged file is kept beside it. */
export async function replaceKept(file: string, schema: v.GenericSchema, text: string): Promise<void> {
  if (isDamaged(readAny(file, schema))) setAside(file);
  await writePrivate(file, text);
}

/** Removes what `readKept` reads; a damaged file is kept beside its place. */
export async function removeKept(file: string, schema: v.GenericSchema): Promise<void> {
  if (isDamaged(readAny(file, schema))) setAside(file);
  await rm(file, { force: true });
}

/** The JSON in a file that may be forgotten at any time, where it fits a schema; undefined otherwise. */
export function readParsed<Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  return whatIsIn(readAny(file, schema));
}

/** Why a file that is there could not be read. */
interface Unread {
  readonly is: 'damaged' | 'closed';
  readonly why: string;
}

type Found<Value> = { readonly value: Value } | Unread | undefined;

function readAny<Schema extends v.GenericSchema>(file: string, schema: Schema): Found<v.InferOutput<Schema>> {
  try {
    // Some are looked for every other second and are nearly never there: to throw costs more than to look.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return { value: parsed.output };
    const [issue] = parsed.issues;
    return { is: 'damaged', why: `${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}` };
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'ENOENT') return undefined;
    const why = reasonOf(error);
    return { is: code === 'EACCES' || code === 'EPERM' ? 'closed' : 'damaged', why };
  }
}

function whatIsIn<Value>(found: Found<Value>): Value | undefined {
  return found !== undefined && 'value' in found ? found.value : undefined;
}

function isDamaged(found: Found<unknown>): boolean {
  return found !== undefined && 'is' in found && found.is === 'damaged';
}

/** Keeps a damaged file beside its place, with the time in its name. */
export function setAside(file: string): void {
  try {
    renameSync(file, `${file}.damaged-${Date.now()}`);
  } catch {
    // It cannot be moved, and so not be replaced either: who writes it next says why.
  }
}
