/** A comparison at a terminal: changes with what is around them, the differing words marked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTexts } from '#contract/text-diff.ts';
import { diffParts } from '../../bridge/cli/diff-parts.ts';

const lines = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`);
const textOf = (parts: readonly { readonly text: string }[]) => parts.map(({ text }) => text).join('');

test('far lines are folded and counted, and only the words that differ are marked', () => {
  const rows = diffParts(diffTexts(lines.join('\n'), lines.with(9, 'line ten').join('\n')));
  assert.deepEqual(rows.map(textOf), [
    '  … 6 lines as before',
    ...[7, 8, 9].map((at) => `${String(at).padStart(2)}   line ${at}`),
    '   - line 10',
    '10 + line ten',
    ...[11, 12, 13].map((at) => `${at}   line ${at}`),
    '  … 7 lines as before',
  ]);
  const marked = rows.flat().filter(({ format }) => format?.includes('inverse'));
  assert.deepEqual(
    marked.map(({ text, format }) => [text, format?.[0]]),
    [
      ['10', 'red'],
      ['ten', 'green'],
    ],
  );
});

test('texts that are the same have no lines', () => {
  assert.deepEqual(diffParts(diffTexts(lines.join('\n'), lines.join('\r\n'))), []);
});
