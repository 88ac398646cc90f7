/** What somebody could put into a file so that reading it never ends: time stays in step with the size. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { readTasks } from '#contract/grammar/tasks.ts';
import { readFrontMatter } from '../../bridge/formats/front-matter.ts';
import { editSpec } from '../../bridge/formats/lean-spec-edit.ts';
import { describeLog } from '../../bridge/formats/spec-workflow-records.ts';
import { titleOf } from '../../bridge/formats/title.ts';

const size = 300_000;
const blanks = ' '.repeat(size);
const task = '- [ ] 1. A task\n';

const hostile: Record<string, () => unknown> = {
  'a heading with blanks before its last letter': () => titleOf(`# a${blanks}b`),
  'a heading of marks': () => titleOf(`# ${'# '.repeat(size)}b`),
  'a heading that nothing follows': () => titleOf(`# ${blanks}\u2028`),
  'a checklist item with blanks inside': () => readChecklist(`- [ ] a${blanks}b`),
  'a section with blanks inside': () => readChecklist(`# a${blanks}b`),
  'a checklist item of blanks and no word': () => readChecklist(`- [ ]${blanks}\u2028`),
  'a task whose number is followed by separators alone': () => readTasks(`- [ ] 1${'\u2028'.repeat(size)}`),
  'a box of separators': () => readTasks(`- [ ]${'\u2028'.repeat(size)}`),
  'a prompt of many lines without an end': () => readTasks(`${task}  - _Prompt: x\n${'a\n'.repeat(size)}`),
  'files within endless parentheses': () => readTasks(`${task}  - File: ${'('.repeat(size)}`),
  'a purpose behind blanks and a separator': () => readTasks(`${task}  - Purpose:${blanks}a\u2028b`),
  'quotes within quotes': () => readTasks(`${'>'.repeat(size)}\n`.repeat(8)),
  'items within items on one line': () => readChecklist(`${'- '.repeat(size)}x\n\n\n- [ ] a`),
  'items within items, then blank lines': () => readChecklist(`${'- '.repeat(size)}${'\n'.repeat(size)}`),
  'heads and dashes of tables': () => readChecklist(`${'> '.repeat(size)}a|b\n${'> '.repeat(size)}-|-\n`.repeat(4)),
  'a table of bars and one that is none': () => readChecklist(`${'|'.repeat(size)}\n${'-|'.repeat(size)}x\n`.repeat(4)),
  'marks that may become a rule': () => readChecklist(`${'- - * '.repeat(size)}x\n`),
  'fences and ticks': () => readChecklist(`${'`'.repeat(size)} \`\n`.repeat(8)),
  'front matter that never closes': () => readChecklist(`---\n${'--\n'.repeat(size / 4)}`),
  'a log whose summary holds blanks': () => describeLog(`**Summary:** a${blanks}b`),
  'a front matter that opens with blank lines': () => readFrontMatter(`${'\n'.repeat(size)}x`),
  'dashes and blanks in front matter': () => readFrontMatter(`---\n${`-${' '.repeat(40)}`.repeat(32)}x\n---\n`),
  'a line of dashes in front matter': () => readFrontMatter(`---\n${'- '.repeat(30_000)}\n---\n`),
  'brackets that quoted ones make up for': () =>
    readFrontMatter(`---\na: "${']'.repeat(30_000)}"\nb: ${'['.repeat(30_000)}\n---\n`),
  'questions within questions': () => readFrontMatter(`---\n${'? '.repeat(30_000)}\n---\n`),
  'a decorative line with blanks inside': () =>
    editSpec(
      `---\nstatus: planned\n---\n# A\n\n> **Status**: a${' '.repeat(60_000)}b`.padEnd(200_000, ' x'),
      { status: 'complete' },
      new Date(),
    ),
};

for (const [what, read] of Object.entries(hostile))
  test(`${what}: read at once`, { timeout: 20_000 }, () => {
    const start = performance.now();
    read();
    const took = performance.now() - start;
    assert.ok(took < 10_000, `it took ${Math.round(took)} ms`);
  });

test('a title keeps the marks that belong to its words', () => {
  assert.equal(titleOf('# Writing C#\n'), 'Writing C#');
  assert.equal(titleOf('# Closed by marks ##  \r\n'), 'Closed by marks');
  assert.equal(titleOf('text\n#  Blanks around\t\n'), 'Blanks around');
  assert.equal(titleOf('# #\n## Second\n'), undefined);
  assert.equal(readChecklist('## Using C#\n- [ ] a\n')[0]?.section, 'Using C#');
});

test('brackets in words are no nesting', () => {
  const lines = Array.from({ length: 60 }, (_, nth) => `f${nth}: "an open [ bracket"\n`).join('');
  assert.ok('values' in readFrontMatter(`---\n${lines}---\n`));
});
