/** What is left of an upload, and the order of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from '../../bridge/sync/in-order.ts';
import { leftOf } from '../../bridge/sync/left.ts';

const keys = (...names: readonly string[]) => new Map(names.map((name) => [name, name]));

test('a change to a document that the relay has is no new document, and one that is not read yet is one', () => {
  const held = keys('a', 'b', 'c');
  const left = (pending: ReadonlyMap<string, unknown>, total: number) =>
    leftOf({ held, pending, total, perSecond: 2.345 });
  assert.equal(left(keys(), 3), undefined);
  assert.deepEqual(left(keys('a'), 3), { left: 1, perSecond: 2.3, of: 3 });
  assert.deepEqual(left(keys('a', 'd'), 4), { left: 2, perSecond: 2.3, of: 4 });
  assert.deepEqual(left(keys('d'), 10), { left: 7, perSecond: 2.3, of: 10 });
  assert.deepEqual(left(keys('c'), 2), { left: 1, perSecond: 2.3, of: 3 }, 'one that is deleted is still there');
});

test('folders in which something changed last go up first, archives and what was not read yet at the end', () => {
  const one = (path: string, mtime: number | undefined) => ({ project: 'p', path, mtime });
  const documents = [
    one('specs/001/README.md', 5),
    one('specs/002/README.md', 1),
    one('specs/002/design.md', 9),
    one('specs/003/README.md', undefined),
    one('specs/archived/004/README.md', 99),
  ];
  const order = ['specs/002/README.md', 'specs/002/design.md', 'specs/001/README.md', 'specs/003/README.md'];
  assert.deepEqual(
    inOrder(documents).map(({ path }) => path),
    [...order, 'specs/archived/004/README.md'],
  );
});
