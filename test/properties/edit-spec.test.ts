/** Whatever the front matter looks like: an edit changes the fields that it names, and every other byte stays. `SEED=n` replays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specStatuses } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { readFrontMatter } from '../../bridge/formats/front-matter.ts';
import { editSpec, revertSpec, type SpecChanges, type SpecEdited } from '../../bridge/formats/lean-spec-edit.ts';
import { specFields } from '../../bridge/formats/lean-spec-meta.ts';
import { createRandom } from '../kit/random.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const now = new Date('2026-03-04T05:06:07.890Z');
const runs = 400;

const words = [
  'alpha',
  'b c',
  'ü',
  '日本',
  "it's",
  'x: y',
  '#no',
  '12',
  '2026-01-02',
  'true',
  '[a]',
  'a, b',
  '-',
  '"q"',
  '🚪',
];

test(`random front matter, random edits (seed ${seed})`, () => {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const some = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(words));
  const quoted = (value: string) => pick([`'${value.replaceAll("'", "''")}'`, JSON.stringify(value)]);
  const list = (name: string, values: readonly string[], eol: string) => {
    const indent = pick(['', '  ', '    ']);
    if (random() < 0.4) return `${name}: [${values.map(quoted).join(pick([', ', ',']))}]`;
    return [`${name}:`, ...values.map((value) => `${indent}- ${quoted(value)}${pick(['', ' # why'])}`)].join(eol);
  };
  const makeText = () => {
    const eol = pick(['\n', '\r\n']);
    const fields = [
      `status: ${pick(specStatuses)}${pick(['', ' # now', '  '])}`,
      `created: '2026-01-02'`,
      `custom: ${quoted(pick(words))}`,
    ];
    if (random() < 0.6) fields.push(list('tags', some(), eol));
    if (random() < 0.5) fields.push(`assignee: ${quoted(pick(words))}`);
    if (random() < 0.4) fields.push(`updated_at: 2026-01-02T03:04:05Z`);
    if (random() < 0.4) fields.push(`transitions:${eol}${pick(['', '  '])}- {status: draft, at: x}`);
    if (random() < 0.3) fields.push(`# a comment${eol}nested:${eol}  status: deep`);
    fields.sort(() => random() - 0.5);
    const body = `${eol}# Title ${pick(words)}${eol}${eol}status: body${pick(['', eol])}`;
    return `${pick(['', '\uFEFF'])}---${eol}${fields.join(eol)}${eol}---${eol}${body}`;
  };
  let edits = 0;
  for (let run = 0; run < runs; run++) {
    const before = makeText();
    const changes: SpecChanges = pick<SpecChanges>([
      { status: pick(specStatuses) },
      { tags: some() },
      { assignee: pick(words) },
      { assignee: null },
      { priority: 'high', tags: some() },
    ]);
    const tried = tryEdit(before, changes);
    if (tried === undefined) continue;
    const after = tried.text;
    edits += 1;
    const what = `seed ${seed} run ${run}\n${before}\n→ ${JSON.stringify(changes)}\n${after}`;
    const [old, edited] = [readFrontMatter(before), readFrontMatter(after)];
    assert.ok(!('problem' in old) && !('problem' in edited), what);
    const fields = specFields(edited.values);
    for (const [name, value] of Object.entries(changes))
      assert.deepEqual(fields[name as keyof SpecChanges] ?? null, value, what);
    if (tried.changed.length > 0) assert.equal(revertSpec(after, tried.undo).text, before, what);
    assert.equal(before.slice(old.end), after.slice(edited.end), what);
    const touched = /^(status|priority|tags|assignee|updated_at|completed_at|transitions)\b|^\s*-|^\s+at:/;
    const kept = (text: string, end: number) =>
      text
        .slice(0, end)
        .split(/(?<=\n)/)
        .filter((line) => !touched.test(line));
    assert.deepEqual(kept(after, edited.end), kept(before, old.end), what);
  }
  assert.ok(edits > runs / 2, `only ${edits} edits were possible`);
});

/** The edit; undefined where it was refused, which may be but never goes by. */
function tryEdit(text: string, changes: SpecChanges): SpecEdited | undefined {
  try {
    return editSpec(text, changes, now);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return undefined;
  }
}
