/** What a project held when the bridge last ended, kept in the data folder: so that one that is not there at the next start (unmounted) is not taken for emptied. */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ManifestEntry } from '#contract/delta.ts';
import { createHeldPaths, type HeldPaths } from '../packed/held.ts';
import type { ManifestDocument } from '../sync/digest.ts';
import type { DataFolder } from './data-folder.ts';
import { setAside, writePrivate } from './private-file.ts';

/** Entries that are written at once. */
const together = 1000;

/** Keeps what a project holds; nothing where that is nothing. Never throws. */
export async function keepLastManifest(
  data: DataFolder,
  id: string,
  documents: Iterable<ManifestDocument>,
): Promise<void> {
  const rest = documents[Symbol.iterator]();
  const first = rest.next();
  if (first.done) return;
  const all = textsOf(first.value, { [Symbol.iterator]: () => rest });
  await writePrivate(manifestFile(data, id), all).catch(() => undefined);
}

/** JSON with a line for each entry, so that it can be written and read a part at a time. */
function* textsOf(first: ManifestDocument, others: Iterable<ManifestDocument>): Generator<string> {
  let lines = [`[\n${entryText(first)}`];
  for (const document of others) {
    lines.push(`,\n${entryText(document)}`);
    if (lines.length < together) continue;
    yield lines.join('');
    lines = [];
  }
  yield `${lines.join('')}\n]\n`;
}

function entryText({ project, path, rev, describe }: ManifestDocument): string {
  return JSON.stringify([project, path, rev, describe] satisfies ManifestEntry);
}

/** When what a project holds was last kept, in ms since 1970; undefined where it never was. */
export async function lastKeptAt(data: DataFolder, id: string): Promise<number | undefined> {
  return (await stat(manifestFile(data, id)).catch(() => undefined))?.mtimeMs;
}

/** What was kept of a project; nothing where that is damaged, and then it is set aside. */
export async function readLastManifest(data: DataFolder, id: string): Promise<HeldPaths> {
  const file = manifestFile(data, id);
  const last = createHeldPaths();
  let end = '';
  try {
    await using handle = await open(file);
    for await (const line of handle.readLines()) {
      for (const [project, path, rev, describe] of entriesIn(line))
        if (project === id) last.put(path, { rev, describe });
      end = line;
    }
    // The last line, or the only one of an older bridge.
    if (end === ']' || /^\[[[\]]/.test(end)) return last;
    setAside(file);
  } catch (error) {
    if (error instanceof SyntaxError) setAside(file);
  }
  return createHeldPaths();
}

/** A line of an older bridge has all entries. Throws SyntaxError. */
function entriesIn(line: string): readonly ManifestEntry[] {
  if (line === '[' || line === ']') return [];
  const text = line.replace(/,$/, '');
  const parsed = v.safeParse(v.array(ManifestEntry), JSON.parse(/^\[[[\]]/.test(text) ? text : `[${text}]`));
  if (!parsed.success) throw new SyntaxError(parsed.issues[0].message);
  return parsed.output;
}

function manifestFile(data: DataFolder, id: string): string {
  return join(data.path, 'manifests', `${id}.json`);
}
