/** Asking for an approval by command: what is written for whoever decides, and what is refused before anything is. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { category, design } from '../kit/approvals.ts';
import { openWorkshop, type Workshop } from '../kit/executor.ts';
import { specText, writeFiles } from '../kit/projects.ts';

interface Created {
  readonly approval: string;
  readonly path: string;
  readonly reused: boolean;
  readonly snapshot?: { readonly path: string; readonly version: number };
  readonly snapshotProblem?: string;
}

async function ask(shop: Workshop, args: Record<string, unknown>) {
  await shop.rescan();
  const { state, problem, result } = await shop.run('approval-create', { title: 'Design', ...args });
  const failed = problem as (CommandProblem & { lines?: unknown }) | undefined;
  return { state: `${state} ${failed?.code ?? ''}`.trim(), problem: failed, ...(result as unknown as Created) };
}

const readJson = async (shop: Workshop, path: string) =>
  JSON.parse(await readFile(join(shop.root, path), 'utf8')) as Record<string, unknown>;

const withDesign = (more: Record<string, string | Uint8Array> = {}) =>
  openWorkshop((root) => writeFiles(root, { [design]: '# Design\n', ...more }));

test('a request is written as the tool writes it, with the first text; asked again it is the same one', async () => {
  await using shop = await withDesign();
  const first = await ask(shop, { file: design, title: 'デザイン 🙂 <script>alert(1)</script>' });
  assert.equal(first.state, 'done');
  assert.match(first.path, /^\.spec-workflow\/approvals\/checkout\/approval_\d+_[0-9a-z]{9}\.json$/);
  const text = await readFile(join(shop.root, first.path), 'utf8');
  const json = JSON.parse(text) as Record<string, unknown>;
  assert.equal(text, JSON.stringify(json, null, 2));
  assert.deepEqual(Object.keys(json), [
    ...['id', 'title', 'filePath', 'type', 'status', 'createdAt', 'category', 'categoryName'],
  ]);
  const { id, title, filePath, type, status } = json;
  assert.deepEqual(
    [id, title, filePath, type, status, json.category, json.categoryName],
    [first.approval, 'デザイン 🙂 <script>alert(1)</script>', design, 'document', 'pending', 'spec', 'checkout'],
  );
  const snapshot = await readJson(shop, first.snapshot?.path ?? '');
  assert.deepEqual([snapshot.trigger, snapshot.content, snapshot.version], ['initial', '# Design\n', 1]);

  const again = await ask(shop, { file: design, title: 'Another title' });
  assert.deepEqual([again.approval, again.reused, again.snapshot], [first.approval, true, undefined]);
  await writeFile(join(shop.root, first.path), JSON.stringify({ ...json, status: 'needs-revision' }, null, 2));
  const next = await ask(shop, { file: design });
  assert.deepEqual([next.reused, next.snapshot], [false, undefined], 'the first text is kept once');
});

test('each format keeps its approvals in its own folder, and steering in steering', async () => {
  for (const [file, folder, name] of [
    ['.spec-workflow/steering/product.md', '.spec-workflow/approvals/steering', 'steering'],
    ['.spec-context/specs/checkout/design.md', '.spec-context/approvals/checkout', 'checkout'],
    ['specs/001-first/README.md', '.lean-spec/approvals/001-first', '001-first'],
  ] as const) {
    await using shop = await openWorkshop((root) =>
      writeFiles(root, { [file]: file.startsWith('specs') ? specText('First') : '# Text\n' }),
    );
    const first = await ask(shop, { file });
    assert.deepEqual([first.state, first.path], ['done', `${folder}/${first.approval}.json`]);
    const json = await readJson(shop, first.path);
    assert.deepEqual([json.category, json.categoryName], [name === 'steering' ? 'steering' : 'spec', name]);
    assert.equal((await ask(shop, { file })).reused, true);
    const document = (await shop.rescan()).documents.get(first.path);
    assert.deepEqual([document?.kind, document?.meta.status, document?.meta.file], ['approval', 'pending', file]);
    assert.ok(first.snapshot);
    const [layout] = shop.project().layouts;
    assert.equal(layout?.classify(first.snapshot.path)?.kind, 'snapshots');

    // Its undo.
    const undo = { approval: first.approval, withdraw: true };
    const taken = await shop.run('approval-delete', undo, { ifRev: document?.rev ?? 'absent' });
    assert.equal(taken.state, 'done');
    assert.equal((await ask(shop, { file })).reused, false);
  }
});

test('in a project of two formats a request lies with its file, else where it is told to', async () => {
  await using shop = await withDesign({ '.spec-context/specs/pay/design.md': '# Pay\n', 'NOTES.md': '# Notes\n' });
  assert.match(
    (await ask(shop, { file: '.spec-context/specs/pay/design.md' })).path,
    /^\.spec-context\/approvals\/pay\//,
  );
  assert.match((await ask(shop, { file: design })).path, /^\.spec-workflow\/approvals\/checkout\//);
  assert.equal((await ask(shop, { file: 'NOTES.md' })).state, 'failed edit-refused');
  const { path } = await ask(shop, { file: 'NOTES.md', format: 'spec-context' });
  assert.match(path, /^\.spec-context\/approvals\/general\//);
  assert.equal((await ask(shop, { file: 'NOTES.md', format: 'lean-spec' })).state, 'failed edit-refused');
});

test('a category is one folder name, and steering is for steering', async () => {
  await using shop = await withDesign({ 'NOTES.md': '# Notes\n' });
  const names = ['../up', 'a/b', 'a\\b', '..', '.hidden', 'a..b', 'line\nbreak', 'a\u202eb', 'half \ud800', ' ', 'x '];
  for (const categoryName of names)
    assert.equal(
      await ask(shop, { file: design, categoryName }).then(codeOf),
      'args-invalid',
      JSON.stringify(categoryName),
    );
  for (const [category, categoryName] of [
    ['steering', 'checkout'],
    ['spec', 'steering'],
  ])
    assert.equal(await ask(shop, { file: design, category, categoryName }).then(codeOf), 'args-invalid');
  for (const title of ['', 'two\nlines', 'U+2028 \u2028.', 'half \ud800', 'x'.repeat(201)])
    assert.equal(await ask(shop, { file: design, title }).then(codeOf), 'args-invalid', JSON.stringify(title));
  assert.deepEqual(await readdir(join(shop.root, '.spec-workflow')), ['specs'], 'nothing was written');

  const notes = await ask(shop, { file: 'NOTES.md' });
  assert.match(notes.path, /^\.spec-workflow\/approvals\/general\//);
  const steering = await ask(shop, { file: 'NOTES.md', category: 'steering' });
  assert.match(steering.path, /^\.spec-workflow\/approvals\/steering\//);
});

test('a file that cannot be shown, or a tasks.md that the tool refuses, is not asked about', async () => {
  await using shop = await withDesign({
    '.env': 'S=1',
    '.spec-workflow/specs/checkout/tasks.md': '# Tasks\n\n* [ ] 1. Star\n- [ ] No number\n',
    'src/key.pem': 'x',
  });
  await symlink('/etc/hostname', join(shop.root, 'link.md'));
  for (const file of ['.env', 'src/key.pem', 'link.md', 'gone.md', 'src'])
    assert.equal(await ask(shop, { file }).then(codeOf), 'reviewed-file-unreadable', file);
  for (const file of ['/etc/hostname', '../x.md', 'a/../../x.md'])
    assert.equal(await ask(shop, { file }).then(codeOf), 'args-invalid', file);
  const file = '.spec-workflow/specs/checkout/tasks.md';
  const { problem } = await ask(shop, { file });
  const said = 'Line 3: A task begins with "-", not with "*". Line 4: The task has no number, as in "- [ ] 1. Words".';
  assert.deepEqual([problem?.code, problem?.detail], ['format-refused', said]);
  await writeFiles(shop.root, { [file]: `# Tasks\n\n${'* [ ] 1. Star\n'.repeat(9)}` });
  assert.match((await ask(shop, { file })).problem?.detail ?? '', /^Line 3: .* Line 7: [^:]* And 4 more\.$/);
});

test('a folder that is a link is not written through; a snapshot that cannot be kept does not stop the request', async () => {
  await using shop = await withDesign({ 'elsewhere/x': 'x' });
  await writeFiles(shop.root, { [`${category}/.snapshots`]: 'a file' });
  const asked = await ask(shop, { file: design });
  assert.deepEqual([asked.state, asked.snapshot], ['done', undefined]);
  assert.match(asked.snapshotProblem ?? '', /\.snapshots/);

  await mkdir(join(shop.root, '.spec-workflow/approvals'), { recursive: true });
  await symlink(join(shop.root, 'elsewhere'), join(shop.root, '.spec-workflow/approvals/linked'));
  const linked = await ask(shop, { file: design, categoryName: 'linked' });
  assert.equal(linked.state, 'failed path-refused');
  assert.deepEqual(await readdir(join(shop.root, 'elsewhere')), ['x']);
});

const codeOf = ({ problem }: { readonly problem: CommandProblem | undefined }) => problem?.code;
