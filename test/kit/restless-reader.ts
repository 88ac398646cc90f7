/** Reads files again and again without a pause, as an agent in its worst moment. Over IPC: a folder and paths come in; told to stop, it says what it has seen. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

export interface ReaderTold {
  readonly root: string;
  readonly paths: readonly string[];
}

export interface ReaderSaw {
  readonly reads: number;
  /** What was absent, or no whole JSON or list of tasks, with its path. */
  readonly broken: readonly string[];
  /** Revs of each path. */
  readonly revs: Readonly<Record<string, readonly string[]>>;
}

let stopped = false;

process.on('message', async (told: ReaderTold | 'stop') => {
  stopped = told === 'stop';
  if (told !== 'stop') process.send?.(await read(told));
});
process.send?.('ready');

async function read({ root, paths }: ReaderTold): Promise<ReaderSaw> {
  const broken: string[] = [];
  const texts = new Map(paths.map((path) => [path, new Set<string>()]));
  let reads = 0;
  // Stops after a whole round, so that it has seen how everything ended.
  for (let last = false; !last; await setImmediate()) {
    last = stopped;
    for (const path of paths) {
      reads += 1;
      const text = textOf(join(root, path));
      if (!isWhole(path, text)) broken.push(`${path}: ${text ?? 'absent'}`);
      texts.get(path)?.add(text ?? '');
    }
  }
  const revs = [...texts].map(([path, seen]) => [
    path,
    [...seen].map((text) => createHash('sha256').update(text).digest('hex')),
  ]);
  return { reads, broken, revs: Object.fromEntries(revs) };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isWhole(path: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!path.endsWith('.json')) return text.endsWith('<!-- end -->\n');
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
