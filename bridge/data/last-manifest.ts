/** What a project held when the bridge last ended, kept in the data folder: so that the next start reads only what has changed since, and one that is not there then (unmounted) is not taken for emptied. */
import { createHash, hash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { ManifestEntry } from '#contract/delta.ts';
import { createHeldPaths, type HeldPaths } from '../packed/held.ts';
import type { ManifestDocument } from '../sync/digest.ts';
import type { KeptItem } from '../watch/kept-rows.ts';
import type { DataFolder } from './data-folder.ts';
import { setAside, writePrivate } from './private-file.ts';

/** An index as it was kept. */
export interface KeptIndex {
  /** The rules by which its documents were described; undefined where they were several. */
  readonly describedBy: string | undefined;
  readonly items: Iterable<KeptItem>;
  /** The digest of its documents; undefined where they have changed while it was kept. Ask for it behind the last item. */
  readonly digest: () => string | undefined;
}

/** What was kept of a project. No path is in both. */
interface Last {
  readonly index: KeptIndex | undefined;
  /** Documents of which nothing is known but the rev. */
  readonly held: HeldPaths;
}

/** Text that is written at once. */
const chunkLength = 64 * 1024;
const newline = 0x0a;

/** The first line of what is kept. A release that keeps the lines below it in another way says so here, and no other one takes them for its own. */
const Head = v.strictObject({ describedBy: v.nullable(v.string()), held: v.array(ManifestEntry) });

/** Keeps what a project holds; of one that holds nothing, no file stays. Answers how many letters were written; undefined where that failed. Never throws. */
export async function keepLastManifest(
  data: DataFolder,
  id: string,
  documents: Iterable<ManifestDocument>,
  { describedBy, items, digest }: KeptIndex = { describedBy: undefined, items: [], digest: () => undefined },
): Promise<number | undefined> {
  const file = manifestFile(data, id);
  const held = [...documents].map(({ project, path, rev, describe }): ManifestEntry => [project, path, rev, describe]);
  const rest = items[Symbol.iterator]();
  const first = rest.next();
  // Documents that were all deleted would be back with the next start.
  if (first.done && held.length === 0)
    return await rm(file, { force: true }).then(
      () => 0,
      () => undefined,
    );
  const head: v.InferOutput<typeof Head> = { describedBy: describedBy ?? null, held };
  const all = function* () {
    yield head;
    if (!first.done) yield first.value;
    yield* { [Symbol.iterator]: () => rest };
    yield { digest: digest() ?? null };
  };
  let length = 0;
  const texts = function* () {
    for (const text of textsOf(all())) {
      length += text.length;
      yield text;
    }
  };
  return await writePrivate(file, texts()).then(
    () => length,
    () => undefined,
  );
}

/** JSON with a line for each item, so that it can be written and read a part at a time. The last line says that all before it is as it was written. */
function* textsOf(items: Iterable<unknown>): Generator<string> {
  const sum = createHash('sha256');
  let text = '[\n';
  for (const item of items) {
    text += `${JSON.stringify(item)},\n`;
    if (text.length < chunkLength) continue;
    sum.update(text);
    yield text;
    text = '';
  }
  yield `${text}${JSON.stringify({ sha256: sum.update(text).digest('hex') })}\n]\n`;
}

/** What was kept of a project; nothing where that is damaged, and then it is set aside. */
export async function readLastManifest(data: DataFolder, id: string): Promise<Last> {
  const file = manifestFile(data, id);
  await dropUnfinished(data, id);
  const bytes = await readFile(file).catch(() => undefined);
  const nothing: Last = { index: undefined, held: createHeldPaths() };
  const last = bytes === undefined ? nothing : tryParse(bytes, id);
  if (last === undefined) setAside(file);
  return last ?? nothing;
}

/** A bridge that was killed while it wrote leaves megabytes. */
async function dropUnfinished(data: DataFolder, id: string): Promise<void> {
  const folder = dirname(manifestFile(data, id));
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(id) && name.endsWith('.new'));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

/** The last two lines. */
const ending = /\{"digest":(?:"(?<digest>[0-9a-f]{64})"|null)\},\n(?<last>\{"sha256":"(?<sum>[0-9a-f]{64})"\}\n\]\n)$/;
const endingLengthMax = 200;

/** Undefined where it is damaged, or another release has kept it in its own way. */
function tryParse(bytes: Buffer, id: string): Last | undefined {
  const found = ending.exec(bytes.toString('latin1', Math.max(0, bytes.length - endingLengthMax)));
  if (found === null) return tryOlder(bytes, id);
  const { digest, last = '', sum } = found.groups ?? {};
  if (hash('sha256', bytes.subarray(0, bytes.length - last.length)) !== sum) return undefined;
  const lines = linesOf(bytes.subarray(0, bytes.length - found[0].length));
  const head = v.safeParse(Head, lines.next().value);
  if (!head.success) return undefined;
  const { describedBy, held } = head.output;
  const items = lines as Iterable<KeptItem>;
  return { index: { describedBy: describedBy ?? undefined, items, digest: () => digest }, held: heldOf(held, id) };
}

/** An older bridge has kept entries alone, in one line or many. */
function tryOlder(bytes: Buffer, id: string): Last | undefined {
  try {
    const parsed = v.safeParse(v.array(ManifestEntry), JSON.parse(bytes.toString()));
    return parsed.success ? { index: undefined, held: heldOf(parsed.output, id) } : undefined;
  } catch {
    return undefined;
  }
}

function heldOf(entries: readonly ManifestEntry[], id: string): HeldPaths {
  const held = createHeldPaths();
  for (const [project, path, rev, describe] of entries) if (project === id) held.put(path, { rev, describe });
  return held;
}

/** What each line holds but the first, which opens the list. */
function* linesOf(bytes: Buffer): Generator<unknown> {
  for (let at = bytes.indexOf(newline) + 1; at < bytes.length; ) {
    const end = bytes.indexOf(newline, at);
    // Without its comma.
    yield JSON.parse(bytes.toString('utf8', at, end - 1));
    at = end + 1;
  }
}

function manifestFile(data: DataFolder, id: string): string {
  return join(data.path, 'manifests', `${id}.json`);
}
