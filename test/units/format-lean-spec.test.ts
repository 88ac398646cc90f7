/** What LeanSpec's files say. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { leanSpec } from '../../bridge/formats/lean-spec.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing, specText, writeFiles } from '../kit/projects.ts';

const encoder = new TextEncoder();

/** The layout of a project that holds one spec, and a way to describe text as that spec. */
async function openLayout(files: Record<string, string> = { 'specs/001-a/README.md': specText('A') }) {
  const folder = await openTemporaryFolder();
  await writeFiles(folder.path, files);
  const layout = await leanSpec.detect(folder.path);
  await folder[Symbol.asyncDispose]();
  assert.ok(layout);
  return {
    layout,
    describe: (text: string | Uint8Array, path = 'specs/001-a/README.md') =>
      layout.describe(path, typeof text === 'string' ? encoder.encode(text) : text),
  };
}

test('the 381 real specs are all read, with the statuses that they have', { skip: realProjectsMissing }, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('lean-spec', folder.path);
  const layout = await leanSpec.detect(root);
  assert.ok(layout);
  const statuses: Record<string, number> = {};
  for await (const path of glob('specs/**/README.md', { cwd: root })) {
    const { kind, meta } = layout.describe(path, await readFile(join(root, path)));
    assert.equal(meta.problem, undefined, `${path}: ${meta.problem}`);
    if (kind === 'spec') statuses[String(meta.status)] = (statuses[String(meta.status)] ?? 0) + 1;
  }
  assert.deepEqual(statuses, { complete: 238, archived: 65, planned: 60, 'in-progress': 16, draft: 2 });
});

test('fields are read as they are written: quoted dates, bare numbers, comma lists, old spellings', async () => {
  const { describe } = await openLayout();
  const { title, meta } = describe(
    "---\nstatus: in_progress\ncreated: '2025-11-04'\npriority: urgent\ntags: a, b\ndepends_on: [185, 068]\nbreaking: true\nteam: gate\n---\n\n# The title #\n\n- [x] done\n- [ ] open\n",
  );
  assert.equal(title, 'The title');
  assert.deepEqual(meta, {
    format: 'lean-spec',
    number: '001',
    status: 'in-progress',
    priority: 'critical',
    created: '2025-11-04',
    tags: ['a', 'b'],
    depends_on: ['185', '068'],
    breaking: true,
    custom: { team: 'gate' },
    checklist: { total: 2, done: 1 },
  });
});

test('which file is what follows from its place: specs, sub-specs, assets, nested and archived ones', async () => {
  const { layout } = await openLayout({ 'specs/001-a/README.md': specText('A'), '.lean-spec/config.json': '{}' });
  const kinds = (path: string) => {
    const found = layout.classify(path);
    return found && [found.kind, found.spec, found.archived ?? false];
  };
  assert.deepEqual(kinds('specs/001-a/README.md'), ['spec', '001-a', false]);
  assert.deepEqual(kinds('specs/001-a/DESIGN.MD'), ['sub-spec', '001-a', false]);
  assert.deepEqual(kinds('specs/001-a/assets/x.png'), ['file', '001-a', false]);
  assert.deepEqual(kinds('specs/archived/001-a/README.md'), ['spec', '001-a', true]);
  assert.deepEqual(kinds('specs/20251101/002-b/README.md'), ['spec', '002-b', false]);
  assert.deepEqual(kinds('.lean-spec/config.json'), ['config', undefined, false]);
  assert.equal(kinds('specs/README.md'), undefined);
  assert.equal(kinds('src/001-a/README.md'), undefined);
});

test('the configured folder wins over the usual ones, and never leads out of the project', async () => {
  const files = { 'specs/001-a/README.md': specText('A'), 'plans/001-b/README.md': specText('B') };
  const { layout } = await openLayout({ ...files, '.lean-spec/config.json': '{"specsDir":"plans"}' });
  assert.deepEqual(layout.folders, ['plans', '.lean-spec/approvals']);
  const { layout: guarded } = await openLayout({ ...files, '.lean-spec/config.json': '{"specsDir":"../elsewhere"}' });
  assert.deepEqual(guarded.folders, ['specs', '.lean-spec/approvals']);
});

test('a folder "specs" that holds something else is not taken for a project', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { 'specs/models/user_spec.rb': 'describe User' });
  assert.equal(await leanSpec.detect(folder.path), undefined);
});

const hostile: Record<string, string | Uint8Array> = {
  'no front matter': '# Only a title\n',
  'front matter that never closes': '---\nstatus: planned\n',
  'a language that would run': '---js\n{ status: process.exit(1) }\n---\n',
  'an alias bomb': `---\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, n) => `${'bcdefghij'[n]}: &${'bcdefghij'[n]} [${Array(9).fill(`*${'abcdefghi'[n]}`)}]`).join('\n')}\nstatus: *j\n---\n`,
  'twenty thousand brackets': `---\nstatus: ${'['.repeat(20_000)}\n---\n`,
  'deep blocks': `---\n${Array.from({ length: 3000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')}\n---\n`,
  'more than 64 KiB': `---\nstatus: planned\nnote: ${'x'.repeat(70_000)}\n---\n`,
  'duplicate keys': '---\nstatus: planned\nstatus: complete\n---\n',
  'a second document': '---\nstatus: planned\n...\nstatus: complete\n---\n',
  'an unknown status': '---\nstatus: sleeping\n---\n',
  'not UTF-8': Uint8Array.of(0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe),
  'UTF-16': Uint8Array.from(Buffer.from('\uFEFF---\nstatus: planned\n---\n', 'utf16le')),
};

for (const [what, text] of Object.entries(hostile))
  test(`${what}: still a document, with a problem in words, at once`, async () => {
    const { describe } = await openLayout();
    const began = performance.now();
    const { kind, meta } = describe(text);
    assert.equal(kind, 'spec');
    assert.match(String(meta.problem), /\w/);
    // Hostile text takes minutes where a reader is not linear; a busy machine is slow by seconds.
    assert.ok(performance.now() - began < 20_000);
  });

test('a key named __proto__ and an unknown tag change nothing', async () => {
  const { describe } = await openLayout();
  const { meta } = describe(
    '---\nstatus: planned\n__proto__: { polluted: yes }\nx: !!js/function "function(){}"\n---\n',
  );
  assert.equal(meta.status, 'planned');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
