/** The difference of two texts: each line is told once, in order. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffLines } from '../../pwa/features/documents/diff-lines.ts';

const marks = { same: ' ', added: '+', removed: '-' } as const;

/** "10+text" for each line of each hunk. */
function told(before: string, after: string): string[][] {
  return diffLines(before, after).map(({ lines }) =>
    lines.map(({ is, number, parts }) => `${number}${marks[is]}${parts.map(({ text }) => text).join('')}`),
  );
}

test('changes that stand close to each other share the lines between them, and no added line is told as an old one', () => {
  assert.deepEqual(told('a\nb\nc\n', 'A\nb\nc\nd\ne\n'), [
    ['1-a', '1+A', '2 b', '3 c'],
    ['4+d', '5+e'],
  ]);
  assert.deepEqual(told('a\nb\nc\n', 'A\nb\nC\n'), [
    ['1-a', '1+A', '2 b'],
    ['3-c', '3+C'],
  ]);
});

test('what is far from a change is left out and counted', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const [hunk] = diffLines(lines.join('\n'), lines.with(20, 'another').join('\n'));
  assert.equal(hunk?.skipped, 17);
  assert.deepEqual([hunk?.added, hunk?.removed], [1, 1]);
  assert.equal(hunk?.lines.length, 8);
});

test('a heading stands over its changes', () => {
  const [hunk] = diffLines('# One\n\n## Two\n\nold\n', '# One\n\n## Two\n\nnew\n');
  assert.equal(hunk?.heading, 'Two');
});
