/** The points of a spec's progress: bounded, the first one and the newest kept. */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import { type Counted, countsOf, recordOf, whenEnded, withCounts } from '../../bridge/progress/points.ts';
import { openProgress } from '../../bridge/progress/progress.ts';
import type { IndexedDocument } from '../../bridge/watch/indexed-document.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const hour = 60 * 60_000;
const begun: Counted = { project: 'p', path: 'a/tasks.md', spec: 'a', ended: false, points: [[0, 900, 0]] };

test('a change in the same hour replaces the last point, never the first', () => {
  const two = withCounts(withCounts(begun, [900, 1], 60_000), [900, 2], 120_000);
  assert.deepEqual(two.points, [
    [0, 900, 0],
    [120_000, 900, 2],
  ]);
  assert.equal(withCounts(two, [900, 2], hour), two, 'nothing has changed');
});

for (const [often, every] of [
  ['each hour', hour],
  ['each day', 24 * hour],
] as const)
  test(`after years of changes ${often} the first point and the newest are there, and the record stays small`, () => {
    let counted = begun;
    for (let done = 1; done <= 900; done += 1) counted = withCounts(counted, [900, done], done * every);
    assert.deepEqual(
      [counted.points[0], counted.points.at(-1)],
      [
        [0, 900, 0],
        [900 * every, 900, 900],
      ],
    );
    assert.ok(counted.points.length <= limits.progressPointsMax);
    assert.ok(JSON.stringify(recordOf(counted).meta).length < 16 * 1024);
  });

test('after more days than there may be points, the first one is still what all is counted from', () => {
  let counted = begun;
  for (let done = 1; done <= 900; done += 1) counted = withCounts(counted, [900, done], done * 24 * hour);
  assert.deepEqual([counted.points[0], counted.points.at(-1)?.[2]], [[0, 900, 0], 900]);
  assert.equal(counted.points.length, limits.progressPointsMax);
});

/** Progress over a file of its own; the tasks files are as `files` says. */
async function openCounting(files: Map<string, IndexedDocument>, folder: string) {
  const told: RecordTold[] = [];
  const progress = openProgress({
    folder,
    document: (key) => files.get(key),
    present: () => new Set(['p']),
    tell: (record) => told.push(record),
    onTrouble: (error) => assert.fail(String(error)),
  });
  const kept = async () =>
    (JSON.parse(await readFile(join(folder, 'progress.json'), 'utf8')) as { counted: Counted[] }).counted;
  return { progress, told, kept };
}

/** The tasks file of a spec. */
function tasksOf(spec: string, done: number): IndexedDocument {
  const meta = { format: 'spec-workflow', tasks: { total: 9, completed: done } };
  const path = `.spec-workflow/specs/${spec}/tasks.md`;
  return { project: 'p', path, kind: 'tasks', spec, rev: '', size: 0, mtime: 0, meta } as unknown as IndexedDocument;
}

test('of more specs than are counted those that are active go on from where they were, also after a restart', async () => {
  await using folder = await openTemporaryFolder();
  const files = new Map<string, IndexedDocument>();
  const put = (spec: string, done: number) => {
    const document = tasksOf(spec, done);
    files.set(documentKey(document), document);
    return document;
  };
  for (let n = 0; n < limits.progressToldMax + 20; n += 1) put(`spec-${n}`, 1);
  const first = await openCounting(files, folder.path);
  first.progress.begin(files.values());
  assert.equal(Object.keys(first.progress.revs()).length, limits.progressToldMax);
  // One is removed: its place goes to the next new one.
  const gone = tasksOf('spec-0', 1);
  files.delete(documentKey(gone));
  first.progress.changed([gone, put('spec-new', 2)]);
  assert.equal(Object.keys(first.progress.revs()).length, limits.progressToldMax);
  assert.deepEqual(first.told.at(-1)?.title, 'spec-new');
  await first.progress[Symbol.asyncDispose]();
  assert.equal((await first.kept()).length, limits.progressToldMax);

  const second = await openCounting(files, folder.path);
  second.progress.begin(files.values());
  assert.deepEqual(second.told, [], 'nothing is counted from anew');
  await second.progress[Symbol.asyncDispose]();
});

test('many changes in a row are few writes, and the last of them is in the file at the end', async () => {
  await using folder = await openTemporaryFolder();
  const files = new Map<string, IndexedDocument>();
  const { progress, kept } = await openCounting(files, folder.path);
  const inodes = new Set<number>();
  for (let done = 0; done < 9; done += 1) {
    const document = tasksOf('spec', done);
    files.set(documentKey(document), document);
    progress.changed([document]);
    inodes.add(await eventually(async () => (await stat(join(folder.path, 'progress.json'))).ino));
  }
  assert.equal(inodes.size, 1);
  await progress[Symbol.asyncDispose]();
  assert.deepEqual((await kept())[0]?.points.at(-1)?.[2], 8);
});

test('what is archived has nothing open, and counts on when it is back', () => {
  const ended = whenEnded(withCounts(begun, [900, 5], hour), 2 * hour);
  assert.deepEqual(ended.points.at(-1), [2 * hour, 5, 5]);
  assert.deepEqual(withCounts(ended, [900, 5], 4 * hour).points.at(-1), [4 * hour, 900, 5]);
  const meta = { format: 'spec-workflow', tasks: { total: 2, completed: 1 } };
  assert.deepEqual(countsOf({ kind: 'tasks', meta }), [2, 1]);
  assert.equal(countsOf({ kind: 'tasks', meta: { ...meta, archived: true } }), undefined);
  assert.deepEqual(
    countsOf({ kind: 'tasks', meta: { ...meta, tasks: { total: 0, completed: 0 }, checklist: { total: 4, done: 3 } } }),
    [4, 3],
  );
});
