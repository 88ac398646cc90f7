/** The packed index of documents answers as maps and sets would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revOf } from '../../bridge/files/rev.ts';
import { none } from '../../bridge/packed/chains.ts';
import { createPaths } from '../../bridge/packed/paths.ts';
import { createDocumentIndex } from '../../bridge/watch/documents.ts';
import type { IndexedDocument } from '../../bridge/watch/indexed-document.ts';
import { createRandom } from '../kit/random.ts';

const segments = ['a', 'a-', 'a0', 'ab', 'b', 'README.md', 'a long name of a folder or a file', 'ä', '🙂', '\ud800'];

test('a table of paths is what a set of them would be, however many come and go', () => {
  const random = createRandom(1);
  const pick = () => segments[Math.floor(random() * segments.length)] ?? '';
  const paths = createPaths();
  const model = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const path = Array.from({ length: 1 + Math.floor(random() * 3) }, pick).join('/');
    const row = paths.rowOf(path);
    assert.equal(row, model.get(path) ?? none);
    if (row !== none && random() < 0.7) {
      paths.remove(row);
      model.delete(path);
    } else if (random() < 0.5) model.set(path, paths.add(path));
    if (step % 1000 !== 0) continue;
    assert.equal(paths.size, model.size);
    assert.deepEqual([...paths.sorted()], [...model.keys()].sort());
    for (const folder of ['', 'a', 'ä/b', 'none']) {
      const below = [...model.keys()].filter((each) => folder === '' || each.startsWith(`${folder}/`));
      assert.deepEqual([...paths.rows(folder)].map(paths.pathAt).sort(), below.sort());
    }
  }
});

const described = (path: string, more: Partial<IndexedDocument> = {}): IndexedDocument => ({
  ...{ project: 'p', path, kind: 'sub-spec', rev: revOf(Buffer.from(path)), size: 3, mtime: 17 },
  ...{ meta: { format: 'lean-spec' }, format: 'lean-spec', describe: 5, ...more },
});
const documents = [
  described('README.md', { title: 'Ein Titel – 🙂' }),
  described('specs/001-a/README.md', { kind: 'spec', spec: '001-a', folder: 'specs/001-a', title: 'A' }),
  described('specs/001-a/deep/B.md', {
    spec: '001-a',
    folder: 'specs/001-a',
    meta: { format: 'lean-spec', archived: true },
  }),
  described('approvals/x.json', { spec: 'not the name of its folder', folder: 'specs/001-a' }),
  described('specs/002-b/C.md', { spec: '002-b', notice: { title: 'Waits' } as never, describe: 1005 }),
];

test('a document comes out of the index as it went in, with its stamp, also after others came and went', () => {
  const told: unknown[] = [];
  const index = createDocumentIndex('p', (...change) => told.push(change));
  const stamp = { size: 3, mtimeMs: 17.25, ctimeMs: 18.5, ino: 2 ** 40 + 1 };
  for (const document of documents) index.put(document, stamp);
  for (let n = 0; n < 1000; n++) index.put(described(`specs/003-c/${n}.md`), undefined);
  for (let n = 0; n < 1000; n++) index.remove(`specs/003-c/${n}.md`);
  for (const document of documents) {
    assert.equal(JSON.stringify(sorted(index.documents.get(document.path))), JSON.stringify(sorted(document)));
    assert.deepEqual(index.stampOf(document.path), stamp);
    assert.deepEqual(index.withRev(document.rev), [document.path]);
  }
  assert.equal(index.documents.size, documents.length);
  assert.deepEqual(
    [...index.documents.ofKind('spec')].map(({ title }) => title),
    ['A'],
  );
  assert.deepEqual(
    [...index.under('specs')].sort(),
    documents
      .map(({ path }) => path)
      .filter((path) => path.startsWith('specs/'))
      .sort(),
  );
  const [first = assert.fail()] = documents;
  index.put({ ...first, rev: 'f'.repeat(64) }, undefined);
  assert.equal(index.stampOf(first.path), undefined);
  assert.deepEqual(index.withRev(first.rev), []);
  assert.equal(told.length, documents.length + 2001);
});

function sorted(document: IndexedDocument | undefined) {
  return Object.fromEntries(Object.entries(document ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}
