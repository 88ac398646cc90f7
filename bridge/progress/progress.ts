/** Follows the tasks files of all projects, and tells the relay as records how many tasks were done over time. */
import { join } from 'node:path';
import * as v from 'valibot';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { createNewestWrite } from '../data/newest-write.ts';
import { readOrSetAside, writePrivate } from '../data/private-file.ts';
import type { Follower, FollowerDeps } from '../sync/follower.ts';
import { revOfRecord } from '../sync/record-rev.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import { Counted, countsOf, recordOf, whenEnded, withCounts } from './points.ts';

const Kept = v.object({ counted: v.array(Counted) });

/** Opens it with what an earlier life of the bridge has kept. */
export function openProgress({ folder, document, present, tell, onTrouble, now = Date.now }: FollowerDeps): Follower {
  const file = join(folder, 'progress.json');
  const counted = new Map((readOrSetAside(file, Kept)?.counted ?? []).map((one) => [documentKey(one), one]));
  const keeper = createNewestWrite(
    () => writePrivate(file, JSON.stringify({ counted: [...counted.values()] })),
    onTrouble,
    limits.progressKeepMs,
  );
  const see = (key: string) => {
    const before = counted.get(key);
    const found = document(key);
    // One of a project that is away, or still being read, has not ended.
    if (found === undefined && !present().has(before?.project ?? '')) return;
    const after = afterSeen(before, found, now());
    if (after === undefined || after === before) return;
    if (before === undefined && !makeRoom(counted)) return;
    counted.set(key, after);
    tell(recordOf(after));
    keeper.keep();
  };
  return {
    begin: (documents) => {
      for (const found of documents) see(documentKey(found));
      for (const key of counted.keys()) see(key);
    },
    changed: (changes) => {
      for (const { project, path, from } of changes)
        for (const each of [path, ...(from === undefined ? [] : [from])])
          if (each.endsWith('/tasks.md')) see(documentKey({ project, path: each }));
    },
    revs: () =>
      Object.fromEntries([...counted.values()].map(recordOf).map((record) => [record.id, revOfRecord(record)])),
    wanted: (ids) => {
      const wanted = new Set(ids);
      for (const record of [...counted.values()].map(recordOf)) if (wanted.has(record.id)) tell(record);
    },
    [Symbol.asyncDispose]: keeper.done,
  };
}

/** A file that cannot be counted says nothing: only one that is gone, or archived, ends. */
function afterSeen(before: Counted | undefined, found: IndexedDocument | undefined, now: number): Counted | undefined {
  if (found === undefined) return before && whenEnded(before, now);
  const counts = countsOf(found);
  if (counts === undefined) return before;
  if (before !== undefined) return withCounts(before, counts, now);
  const { project, path, spec = path } = found;
  return { project, path, spec, ended: false, points: [[now, ...counts]] };
}

/** Lets the one go that ended longest ago: the relay keeps its record. False where all specs are active; then no other one is counted, since all would be counted from anew each time. */
function makeRoom(counted: Map<string, Counted>): boolean {
  if (counted.size < limits.progressToldMax) return true;
  const endedAt = ({ points }: Counted) => points.at(-1)?.[0] ?? 0;
  const ended = [...counted].filter(([, one]) => one.ended).sort(([, a], [, b]) => endedAt(a) - endedAt(b));
  return ended[0] !== undefined && counted.delete(ended[0][0]);
}
