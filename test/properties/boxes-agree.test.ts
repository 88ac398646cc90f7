/** What the bridge counts and ticks is what the app shows as a box: line by line, in all real Markdown and in random text. `SEED=n` replays. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import MarkdownIt from 'markdown-it';
import { readChecklist } from '#contract/grammar/checklist.ts';
import { asMarkdown } from '#contract/grammar/lines.ts';
import { readTaskFile } from '#contract/grammar/tasks.ts';
import { type BoxGrammar, markdownHtml } from '../../pwa/features/documents/markdown-html.ts';
import { realMarkdownFiles, realProjectsMissing } from '../kit/projects.ts';
import { createRandom } from '../kit/random.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const texts = 3000;

const readers: Record<
  Exclude<BoxGrammar, 'none'>,
  { marks: string; bullets: string; read: (text: string) => number[] }
> = {
  checklist: { marks: ' xX', bullets: '-', read: (text) => readChecklist(text).map(({ line }) => line) },
  tasks: {
    marks: ' xX~-',
    bullets: '-*',
    read: (text) => {
      const { tasks, items } = readTaskFile(text);
      return [...tasks, ...items].map(({ line }) => line).sort((a, b) => a - b);
    },
  },
};

test('a fence inside a fence hides no box: every real Markdown file is read as it is shown', {
  skip: realProjectsMissing,
}, async () => {
  const files = await realMarkdownFiles();
  let boxes = 0;
  for (const file of files) boxes += checkAgreement(await readFile(file, 'utf8'), file);
  assert.ok(files.length > 800 && boxes > 10_000, `${files.length} files, ${boxes} boxes`);
});

const corners = [
  '-\n\n     - [ ] indented behind an empty item',
  '-\n     - [ ] inside an item that begins empty',
  'text\n    - [ ] text that goes on',
  '- a\n - b\n  - c\n   - d\n    - [ ] text of d',
  '1. a\n   - [ ] inside\n\n       - [ ] code',
  '-\t[ ] a\n\t- [ ] b\n \t - [ ] c\n\t\t- [ ] d',
  '> - [ ] in a quote\n- [ ] after it\n> ```\n- [ ] the fence ended with the quote',
  '- [ ] a|b\n-|-\n- [ ] c',
  '* a\n* [ ] a|b\n-|-\n',
  '- [ ] a|b\n  -|-\n  c|d',
  '- a\n- [ ] b|c  \n\t-|-\n',
  '- ```\n  - [ ] fenced\n- [ ] next',
  '- - [ ] second on its line\n- [ ]\n- [ ] \n- [ ]x\n-  [x] two blanks\n-     [x] five',
  '\uFEFF- [ ] behind a mark\n- [ ] a\r- [ ] b\r\n- [ ] c',
  '***\n- [ ] a\n- - -\n- [ ] b\n---\n2. c\n   ===\n- [x]: d\n- [x](e)',
];

test('corners of Markdown are read as they are shown', () => {
  for (const text of corners) checkAgreement(text, JSON.stringify(text));
});

const pieces = ['- ', '* ', '+ ', '-', '1. ', '2. ', '10) ', '> ', '>', '  ', '    ', ' ', '\t', '```', '````', '~~~'];
const more = ['```bash', '# ', '---', '***', '===', '- - -', '[ ] x', '[x] y', '[X] z', '[~] w', '[-] v', '- [ ] a'];
const words = [
  '- [x] 2. b',
  '* [ ] 1. c',
  '- [ ]',
  'word',
  'a|b',
  '-|-',
  '|---|---|',
  '`',
  '_',
  '\u00a0',
  '\\',
  '\uFEFF',
];

test(`random Markdown is read as it is shown (seed ${seed})`, () => {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const some = <Item>(most: number, make: () => Item) => Array.from({ length: 1 + Math.floor(random() * most) }, make);
  const line = () => (random() < 0.12 ? '' : some(4, () => pick([...pieces, ...more, ...words])).join(''));
  let boxes = 0;
  for (let nth = 0; nth < texts; nth++) {
    const head = random() < 0.05 ? ['---', 'status: "```"', '---'] : [];
    const text = [...head, ...some(9, line)].join(pick(['\n', '\n', '\r\n', '\n', '\r']));
    boxes += checkAgreement(text, `seed ${seed}, text ${nth}: ${JSON.stringify(text)}`);
  }
  assert.ok(boxes > texts / 4, `only ${boxes} boxes`);
});

/** Checks both grammars against the list items that begin with a box, and the page against both. The number of boxes. */
function checkAgreement(text: string, what: string): number {
  const items = listItemsOf(text);
  let boxes = 0;
  for (const [grammar, { marks, bullets, read }] of Object.entries(readers)) {
    const shown = items.filter(({ bullet, mark }) => bullets.includes(bullet) && marks.includes(mark));
    const lines = shown.map(({ line }) => line);
    assert.deepEqual(read(text), lines, `${grammar}: ${what}`);
    if (lines.length === 0) continue;
    const html = markdownHtml(text, grammar as BoxGrammar);
    const onPage = [...html.matchAll(/data-line="(\d+)"/g)].map(([, line]) => Number(line));
    assert.deepEqual(onPage, lines, `the page, ${grammar}: ${what}`);
    boxes += lines.length;
  }
  return boxes;
}

const blocks = new MarkdownIt({ html: false });
blocks.core.ruler.enableOnly(['normalize', 'block']);

/** The list items of a text that begin with a box and their line, as Markdown itself nests them. */
function listItemsOf(text: string): { line: number; bullet: string; mark: string }[] {
  const source = asMarkdown(text);
  const lines = source.split(/\r?\n/);
  const tokens = blocks.parse(source, {});
  return tokens.flatMap(({ type, map }, at) => {
    const inline = tokens[at + 2];
    const index = map?.[0] ?? 0;
    if (type !== 'list_item_open' || inline?.type !== 'inline' || inline.map?.[0] !== index) return [];
    const mark = /^\[([ xX~-])\][^\S\n]+\S/.exec(inline.content)?.[1];
    const bullet = /^\s*([-*])\s*\[/.exec(lines[index] ?? '')?.[1];
    return mark === undefined || bullet === undefined ? [] : [{ line: index + 1, bullet, mark }];
  });
}
