/** What the tools of spec-workflow refuse in a tasks.md. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { tasksFileErrors } from '#contract/grammar/tasks-errors.ts';
import { realMarkdownFiles, realProjectsMissing } from '../kit/projects.ts';

const taken = [
  '- [ ] 1. Words',
  '  - [x] 1.2 Words',
  '- [-] 3 . Words',
  '- [~] 4.  Words',
  '-   [ ]   5. Words',
  '+ [ ] x',
  'x',
];

const refused: readonly (readonly [string, RegExp])[] = [
  ['- [ ] Words', /no number/],
  ['- [ ] 1.Words', /no number/],
  ['- [ ] 1\\. Words', /no number/],
  ['* [ ] 1. Words', /not with "\*"/],
  ['-[ ] 1. Words', /no space between/],
  ['- [] 1. Words', /empty/],
  ['- [X] 1. Words', /holds "X"/],
  ['- [ ]1. Words', /no words, or no space/],
  ['- [ ]', /no words, or no space/],
  ['- [a link](x)', /this is none/],
];

test('each line that the tools refuse is told with its number and what is wrong with it', () => {
  for (const [line, message] of refused) {
    const errors = tasksFileErrors(`# Tasks\r\n\r\n- [ ] 1. Good\r\n${line}\r\n`);
    assert.deepEqual([errors.length, errors[0]?.line], [1, 4], line);
    assert.match(errors[0]?.message ?? '', message);
  }
  assert.deepEqual(tasksFileErrors(taken.join('\n')), []);
});

test('of the 58 real tasks.md the tools refuse two', { skip: realProjectsMissing }, async () => {
  const files = (await realMarkdownFiles()).filter((path) => path.endsWith('/tasks.md'));
  const refused: Record<string, number> = {};
  for (const path of files) {
    const { length } = tasksFileErrors(await readFile(path, 'utf8'));
    if (length > 0) refused[basename(dirname(path))] = length;
  }
  assert.deepEqual([files.length, refused], [58, { 'rtx-tunnel-unified': 32, 'filter-attribute-consolidation': 22 }]);
});
