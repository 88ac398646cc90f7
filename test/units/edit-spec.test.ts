/** An edit of a spec's metadata changes the lines that LeanSpec's write rules name, and no other byte. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SpecStatus } from '#contract/meta.ts';
import { readFrontMatter } from '../../bridge/formats/front-matter.ts';
import { editSpec, revertSpec, type SpecChanges } from '../../bridge/formats/lean-spec-edit.ts';
import { specFields } from '../../bridge/formats/lean-spec-meta.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../kit/projects.ts';

const now = new Date('2026-03-04T05:06:07.890Z');
const at = '2026-03-04T05:06:07.890Z';

/** Lines with their line breaks that only one of the texts has, in order. */
function changedLines(before: string, after: string): { removed: string[]; added: string[] } {
  const [a, b] = [before.split(/(?<=\n)/), after.split(/(?<=\n)/)];
  const removed: string[] = [];
  const added: string[] = [];
  let at_ = 0;
  for (const line of b) {
    const found = a.indexOf(line, at_);
    const reachable = found !== -1 && a.slice(at_, found).every((skipped) => /status|updated_at/i.test(skipped));
    if (!reachable) added.push(line);
    else {
      removed.push(...a.slice(at_, found));
      at_ = found + 1;
    }
  }
  return { removed: [...removed, ...a.slice(at_)], added };
}

test('status in all 381 real specs: exactly the lines of the rules, and every other byte as it was', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('lean-spec', folder.path);
  const allowed = [
    /^status: [\w-]+$/,
    /^updated_at: /,
    /^completed_at: /,
    /^transitions:$/,
    /^ *- status: [\w-]+$/,
    /^ +at: /,
    /^> \*\*Status\*\*: /,
  ];
  let edited = 0;
  for await (const path of glob('specs/**/README.md', { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8');
    const status: SpecStatus = /^status: complete/m.test(text) ? 'planned' : 'complete';
    const after = editSpec(text, { status }, now).text;
    const { removed, added } = changedLines(text, after);
    for (const line of added)
      assert.ok(
        allowed.some((shape) => shape.test(line.trimEnd())),
        `${path}: ${line}`,
      );
    for (const line of removed)
      assert.ok(
        [allowed[0], allowed[1], allowed[6]].some((shape) => shape?.test(line.trimEnd())),
        `${path}: ${line}`,
      );
    const matter = readFrontMatter(after);
    assert.ok(!('problem' in matter));
    assert.equal(specFields(matter.values).status, status);
    edited += 1;
  }
  assert.equal(edited, 381);
});

const plain = "---\nstatus: planned\ncreated: '2026-01-02'\n---\n\n# A\n";

test('a status brings updated_at, a transition and on completion completed_at; never created_at', () => {
  assert.equal(
    editSpec(plain, { status: 'complete' }, now).text,
    `---\nstatus: complete\ncreated: '2026-01-02'\nupdated_at: ${at}\ntransitions:\n- status: complete\n  at: ${at}\ncompleted_at: ${at}\n---\n\n# A\n`,
  );
});

test('undo of every change in all 381 real specs gives every byte back: quotes, empty lists, the decorative line', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('lean-spec', folder.path);
  const changes: SpecChanges[] = [
    { status: 'archived' },
    { status: 'planned', priority: 'critical', tags: ['x', "it's"], assignee: 'me', parent: null },
    { priority: null, tags: [], depends_on: [] },
  ];
  let undone = 0;
  for await (const path of glob('specs/**/README.md', { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8');
    for (const change of changes) {
      const edited = editSpec(text, change, now);
      const back = revertSpec(edited.text, edited.undo);
      assert.equal(back.text, text, path);
      assert.equal(revertSpec(back.text, back.undo).text, edited.text, `${path}: and again`);
      undone += 1;
    }
  }
  assert.equal(undone, 3 * 381);
});

test('edits that take metadata back change nothing else, whoever sends them', () => {
  const text = '---\nstatus: planned\ncreated: x\n---\n# A\n\n> **Status**: planned\n\nWords\n';
  const edit = (found: string, put: string) => {
    const start = text.indexOf(found);
    return () => revertSpec(text, [{ start, end: start + found.length, text: put }]).text;
  };
  assert.equal(edit('planned', 'complete')(), text.replace('planned', 'complete'));
  assert.equal(edit('**: planned', '**: done')(), text.replace('**: planned', '**: done'));
  for (const [found, put] of [
    ['created: x', 'created: y'],
    ['Words', 'Other words'],
    ['# A', '# B'],
    ['> **Status**: planned', ''],
    ['---\n# A', '# A'],
    ['planned', 'planned\ncustom: 1'],
  ] as const)
    assert.throws(edit(found, put), { code: 'edit-refused' }, found);
});

test('a transition joins a list that stands last, before what is added below it', () => {
  const before = '---\nstatus: planned\ntransitions:\n  - status: draft # first\n    at: x # then\n---\n';
  assert.equal(
    editSpec(before, { status: 'in-progress' }, now).text,
    `---\nstatus: in-progress\ntransitions:\n  - status: draft # first\n    at: x # then\n  - status: in-progress\n    at: ${at}\nupdated_at: ${at}\n---\n`,
  );
});

test('the style of the file stays: CRLF, BOM, quotes, comments, flow lists, indented blocks, no final newline', () => {
  const before =
    '\uFEFF---\r\nstatus: "planned" # soon\r\ntags: [a,  "b"]\r\ntransitions:\r\n    - status: draft\r\n      at: x\r\n# the end\r\n---\r\n\r\nÄ no newline';
  assert.equal(
    editSpec(before, { status: 'in-progress', tags: ['b', 'c d', 'e, f'] }, now).text,
    `\uFEFF---\r\nstatus: "in-progress" # soon\r\ntags: ["b", c d, 'e, f']\r\ntransitions:\r\n    - status: draft\r\n      at: x\r\n    - status: in-progress\r\n      at: ${at}\r\n# the end\r\nupdated_at: ${at}\r\n---\r\n\r\nÄ no newline`,
  );
});

test('lists keep the bytes of what stays, comments included; an emptied list and a removed field leave no line', () => {
  const before =
    '---\nstatus: planned\ntags:\n  # first\n  - a\n  - "b" # second\n  - c\nassignee: me\ndepends_on:\n- 001-x\n---\n';
  const after = editSpec(before, { tags: ['b', 'c', 'd'], assignee: null, depends_on: [] }, now).text;
  assert.equal(
    after,
    `---\nstatus: planned\ntags:\n  # first\n  - "b" # second\n  - c\n  - d\nupdated_at: ${at}\n---\n`,
  );
});

test('lists in brackets are added to where they end, over several lines and behind a last comma too', () => {
  const before =
    '---\nstatus: planned\ntags: [a,b]\ndepends_on: [\n  001-x, # why\n]\ntransitions: [\n  {status: draft, at: x},\n]\n---\n';
  const after = editSpec(before, { status: 'in-progress', tags: ['a', 'b', 'c'], depends_on: ['001-x', '002-y'] }, now);
  assert.equal(
    after.text,
    `---\nstatus: in-progress\ntags: [a,b, c]\ndepends_on: [\n  001-x, 002-y, # why\n]\ntransitions: [\n  {status: draft, at: x}, {status: in-progress, at: ${at}},\n]\nupdated_at: ${at}\n---\n`,
  );
});

test('a long list loses nothing that a listing does not show', () => {
  const standing = Array.from({ length: 300 }, (_, nth) => `${nth}-${'x'.repeat(nth === 7 ? 600 : 1)}`);
  const before = `---\nstatus: planned\ndepends_on:\n${standing.map((id) => `- ${id}\n`).join('')}---\n`;
  const after = editSpec(before, { depends_on: [...standing, '999-y'] }, now).text;
  assert.equal(after, before.replace(/---\n$/, `- 999-y\nupdated_at: ${at}\n---\n`));
});

test('a tag with a comma stays one tag, also where tags are one string', () => {
  const after = editSpec('---\nstatus: planned\ntags: a, b\n---\n', { tags: ['a', 'x, y'] }, now).text;
  assert.equal(after, `---\nstatus: planned\ntags: '["a","x, y"]'\nupdated_at: ${at}\n---\n`);
});

test('the decorative line follows, in its own style, and only the real one', () => {
  const body = (status: string, priority: string, tags: string) =>
    `\n# A\n\n> **Status**: ${status} · **Priority**: ${priority} · **Tags**: ${tags}\n\n## B\n\n> **Status**: ✅ Complete\n`;
  const before = `---\nstatus: planned\npriority: low\ntags: [x]\n---\n${body('🗓️ Planned', 'Low', 'x')}`;
  const after = editSpec(before, { status: 'in-progress', priority: 'high', tags: ['x', 'y'] }, now).text;
  assert.ok(after.endsWith(body('⏳ In progress', 'High', 'x, y')), after);
  const bare = editSpec(`---\nstatus: planned\n---\n> **Status**: planned\n`, { status: 'complete' }, now).text;
  assert.ok(bare.endsWith('> **Status**: complete\n'), bare);
});

test('a value can never become more than a value', () => {
  for (const assignee of [
    'a: b',
    '# x',
    "it's",
    '- x',
    '{a: 1}',
    'null',
    '2026-01-01',
    '*x',
    '!!js',
    'a #b',
    '"',
    '@x',
    '%',
    '? x',
    '| x',
  ]) {
    const matter = readFrontMatter(editSpec(plain, { assignee }, now).text);
    assert.ok(!('problem' in matter), assignee);
    assert.equal(matter.values.assignee, assignee);
    assert.equal(matter.values.status, 'planned');
  }
});

test('nothing to change is no change at all', () => {
  assert.deepEqual(editSpec(plain, { status: 'planned', tags: null, depends_on: [] }, now), {
    text: plain,
    changed: [],
    undo: [],
  });
  assert.equal(editSpec(plain, { tags: [] }, now).text, plain);
});

for (const [what, matter] of Object.entries({
  'an anchor': 'status: &s planned\nold: *s',
  'an alias': 'x: &s planned\nstatus: *s',
  braces: '{status: planned}',
  'a tag': 'status: !secret planned',
  'a block': 'status: |\n  planned',
  'duplicate keys': 'status: planned\nstatus: draft',
}))
  test(`${what} around the status is refused and says why`, () => {
    assert.throws(() => editSpec(`---\n${matter}\n---\n`, { status: 'complete' }, now), { code: 'file-unparsable' });
  });

test('a status within another field or the body is not the status', () => {
  const before = '---\nmeta:\n  status: draft\nstatus: planned\n---\nstatus: body\n';
  const after = editSpec(before, { status: 'archived' }, now).text;
  assert.match(after, /^---\nmeta:\n {2}status: draft\nstatus: archived\n/);
  assert.match(after, /\nstatus: body\n$/);
});
