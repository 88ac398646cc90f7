/** Whatever a file's line ends, mark and last line are: what was typed in a text field comes into the file, and every other byte stays. `SEED=n` replays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { commonHead, commonTail } from '../../api/contract/text-hunks.ts';
import { applyEdits as applyOnMachine } from '../../bridge/files/text-edits.ts';
import { mergedText, mergeTexts, paragraphsOf } from '../../pwa/features/documents/merge.ts';
import { applyEdits, editsBetween, shownText } from '../../pwa/features/documents/text-edits.ts';
import { createRandom } from '../kit/random.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const runs = 600;
const lines = [
  '',
  '',
  '# Türen',
  '- [ ] one',
  '- [x] two 🚪',
  'prose',
  'prose\u2028with marks',
  '\u200bmark',
  '```',
  '🚪🚪',
];

interface Dice {
  below(count: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

function createDice(): Dice {
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  return { below, pick: (items) => items[below(items.length)] as never };
}

/** The lines of a file after its mark, with their breaks; the last one has none. */
const exactLines = (text: string) => text.replace(/^\uFEFF/, '').split(/(?<=\r\n|\r(?!\n)|\n)/);

/** A text of a file: mixed or uniform line ends, with or without mark and last break. */
function makeFile({ below, pick }: Dice): string {
  const ends = pick([['\n'], ['\r\n'], ['\r\n', '\n'], ['\r\n', '\n', '\r']]);
  const body = Array.from({ length: below(20) }, () => pick(lines) + pick(ends)).join('');
  return pick(['', '\uFEFF']) + body + pick(['', pick(lines)]);
}

/** What a person makes of a text in a field. */
function type(text: string, { below, pick }: Dice): string {
  let typed = text;
  for (let change = 0; change <= below(3); change += 1) {
    const places = [...typed];
    places.splice(below(places.length + 1), below(5), ...pick(['', 'x', '\n', '\n\n', '🚪', 'two\nlines\n']));
    typed = places.join('');
  }
  return typed;
}

test(`what is typed is what the file then shows, and what nobody touched has the bytes that it had (seed ${seed})`, () => {
  const dice = createDice();
  for (let run = 0; run < runs; run += 1) {
    const file = makeFile(dice);
    const typed = type(shownText(file), dice);
    const edits = editsBetween(file, typed);
    const where = `run ${run}: ${JSON.stringify({ file, typed, edits })}`;
    const args = { project: 'p', spec: 's', document: 'a.md', edits };
    if (edits.length > 0) assert.ok(v.is(kinds['spec-document-write'].args, args), where);
    const { text, undo } = applyOnMachine(file, edits);
    assert.equal(shownText(text), typed, where);
    assert.equal(applyEdits(file, edits), text, where);
    assert.equal(applyOnMachine(text, undo).text, file, where);
    assert.ok(text.isWellFormed(), where);
    // A carriage return alone becomes half of a break where a line feed comes to stand behind it.
    if (/\r(?!\n)/.test(file)) continue;
    // The lines above the first change and below the last keep their bytes.
    const [before, after] = [shownText(file).split(/(?<=\n)/), typed.split(/(?<=\n)/)];
    const [exact, now] = [exactLines(file), exactLines(text)];
    const above = commonHead(before, after);
    const below = commonTail(before.slice(above), after.slice(above));
    assert.equal(text.startsWith('\uFEFF'), file.startsWith('\uFEFF'), where);
    assert.deepEqual(now.slice(0, above), exact.slice(0, above), where);
    assert.deepEqual(now.slice(now.length - below), exact.slice(exact.length - below), where);
  }
});

test('a text that was opened and not changed sends nothing, whatever its line ends are', () => {
  const dice = createDice();
  for (let run = 0; run < runs; run += 1) {
    const file = makeFile(dice);
    assert.deepEqual(editsBetween(file, shownText(file)), []);
  }
});

test('new lines end as the lines around them do', () => {
  assert.equal(applyEdits('a\r\nb', editsBetween('a\r\nb', 'a\nnew\nb\n')), 'a\r\nnew\r\nb\r\n');
  assert.equal(applyEdits('a\nb\r\nc\r\n', editsBetween('a\nb\r\nc\r\n', 'a\nx\nb\nc\ny\n')), 'a\nx\nb\r\nc\r\ny\r\n');
});

test('two far changes are two edits: the mixed line ends between them stay', () => {
  const file = 'first\r\n\nmiddle\r\nother\n\r\nlast';
  const edits = editsBetween(file, 'First\n\nmiddle\nother\n\nLast');
  assert.deepEqual(edits, [
    { start: 0, end: 1, text: 'F' },
    { start: 24, end: 25, text: 'L' },
  ]);
});

test('texts that have nothing in common, and thousands of changes, end soon and in what the contract takes', () => {
  const many = (word: string) => Array.from({ length: 30_000 }, (_, line) => `${word} ${line * 7919}\n`).join('');
  assert.equal(applyEdits(many('a'), editsBetween(many('a'), many('b'))), many('b'));
  const every = Array.from({ length: 2 * limits.textEditsMax + 2 }, (_, line) => `${line}\n`);
  const other = every.map((line, index) => (index % 2 === 0 ? line : `x${line}`));
  const edits = editsBetween(every.join(''), other.join(''));
  assert.ok(edits.length <= limits.textEditsMax);
  assert.equal(applyEdits(every.join(''), edits), other.join(''));
});

test(`a merge keeps what either side has changed alone, and where both did asks for a choice (seed ${seed})`, () => {
  const dice = createDice();
  for (let run = 0; run < runs; run += 1) {
    const base = shownText(makeFile(dice));
    const [mine, theirs] = [type(base, dice), type(base, dice)];
    const where = `run ${run}: ${JSON.stringify({ base, mine, theirs })}`;
    const parts = mergeTexts(base, mine, theirs);
    const all = (choice: 'mine' | 'theirs') => mergedText(parts, Array(parts.length).fill(choice));
    assert.equal(paragraphsOf(base).join(''), base);
    assert.equal(mergedText(mergeTexts(base, mine, base), []), mine, where);
    assert.equal(mergedText(mergeTexts(base, base, theirs), []), theirs, where);
    assert.equal(mergedText(mergeTexts(base, mine, mine), []), mine, where);
    for (const side of ['mine', 'theirs'] as const) {
      const word = { mine, theirs }[side];
      const lost = paragraphsOf(word).filter((piece) => !base.includes(piece) && !all(side)?.includes(piece));
      assert.deepEqual(lost, [], where);
    }
  }
});

test('an agent ticks a task while a person words the next one anew: both come into the file without a question', () => {
  const base = '# Tasks\n\n- [ ] 1. Draw\n  - File: a.ts\n- [ ] 2. Open\n\nNotes.\n';
  const parts = mergeTexts(base, base.replace('Open', 'Open the till'), base.replace('[ ] 1.', '[x] 1.'));
  assert.deepEqual(parts, [
    { is: 'agreed', text: '# Tasks\n\n- [x] 1. Draw\n  - File: a.ts\n- [ ] 2. Open the till\n\nNotes.\n' },
  ]);
  const clash = mergeTexts(base, base.replace('Open', 'Shut'), base.replace('Open', 'Close'));
  assert.equal(clash.filter(({ is }) => is === 'clash').length, 1);
  assert.equal(mergedText(clash, []), undefined);
  assert.match(mergedText(clash, ['both']) ?? '', /2\. Close\n- \[ \] 2\. Shut\n/);
});
