/** Making specs, writing files, archiving beside pending approvals, and ticking by what was seen: what is written, and what is refused. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import type { Format } from '#contract/document.ts';
import { nameWrong } from '../../pwa/features/specs/new-spec.ts';
import type { Spec } from '../../pwa/features/specs/spec-groups.ts';
import { approvalPath, approvalText, firstId, makeAsked } from '../kit/approvals.ts';
import { openWorkshop, type Workshop } from '../kit/executor.ts';
import { specText, writeFiles } from '../kit/projects.ts';

const textAt = (shop: Workshop, path: string) => readFile(join(shop.root, path), 'utf8');

/** Runs a command on the project as it is now: `done`, or the state with the problem's code. */
async function run(shop: Workshop, kind: string, args: Record<string, unknown>, ifRev?: string) {
  await shop.rescan();
  const ended = await shop.run(kind, args, ifRev === undefined ? {} : { ifRev });
  const problem = ended.problem as CommandProblem | undefined;
  const said = problem === undefined ? ended.state : `${ended.state} ${problem.code}`;
  return { said, detail: problem?.detail ?? '', result: ended.result as Record<string, unknown> };
}

const revAt = async (shop: Workshop, path: string) => (await shop.rescan()).documents.get(path)?.rev ?? '';

const workflow =
  (files: Record<string, string> = {}) =>
  (root: string) =>
    writeFiles(root, { '.spec-workflow/steering/product.md': '# Product\n', ...files });

test('a new spec of spec-workflow is written from content, else from the template of the project, else with its heading', async () => {
  await using shop = await openWorkshop(workflow());
  const folder = '.spec-workflow/specs/user-login';
  const made = await run(shop, 'spec-create', { name: 'user-login' });
  assert.equal(made.said, 'done');
  assert.equal(await textAt(shop, `${folder}/requirements.md`), '# User Login\n');
  const { spec, path, rev, folderRev } = made.result;
  assert.deepEqual([spec, path, rev], ['user-login', `${folder}/requirements.md`, await revAt(shop, String(path))]);
  const archived = await run(shop, 'spec-archive', { spec: 'user-login' }, String(folderRev));
  assert.equal(archived.said, 'done', 'its folder rev guards the archive');

  await writeFiles(shop.root, { '.spec-workflow/templates/requirements-template.md': 'Theirs\r\n' });
  await run(shop, 'spec-create', { name: 'second' });
  assert.equal(await textAt(shop, '.spec-workflow/specs/second/requirements.md'), 'Theirs\r\n');
  await writeFiles(shop.root, { '.spec-workflow/user-templates/requirements-template.md': 'Ours' });
  await run(shop, 'spec-create', { name: 'third' });
  assert.equal(await textAt(shop, '.spec-workflow/specs/third/requirements.md'), 'Ours');
  await run(shop, 'spec-create', { name: 'fourth', content: '\ufeff# Given' });
  assert.equal(await textAt(shop, '.spec-workflow/specs/fourth/requirements.md'), '\ufeff# Given');
});

test('a new spec takes no name that a spec or the archive has, in any letter case, nor one that leads elsewhere', async () => {
  await using shop = await openWorkshop(
    workflow({
      '.spec-workflow/specs/Checkout/design.md': '# Design\n',
      '.spec-workflow/archive/specs/old/design.md': '# Design\n',
    }),
  );
  await mkdir(join(shop.root, '.spec-workflow/specs/empty'));
  for (const name of ['checkout', 'old', 'empty', 'steering', 'archived'])
    assert.equal((await run(shop, 'spec-create', { name })).said, 'failed edit-refused', name);
  for (const name of ['..', '../x', 'a/b', 'A', '-a', 'a--b', 'a_b', '', '.x', 'a\u0000', 'x'.repeat(101), 'grüße'])
    assert.equal((await run(shop, 'spec-create', { name })).said, 'failed args-invalid', name);
  assert.equal(
    (await run(shop, 'spec-create', { name: 'tmp' })).said,
    'failed path-refused',
    'a folder that never leaves',
  );
  assert.equal((await run(shop, 'spec-create', { name: 'x', format: 'spec-context' })).said, 'failed edit-refused');
  assert.deepEqual((await readdir(join(shop.root, '.spec-workflow/specs'))).sort(), ['Checkout', 'empty']);
});

test('digits before a name are a number in LeanSpec alone: elsewhere "factor" is free beside "2-factor"', async () => {
  await using shop = await openWorkshop(workflow({ '.spec-workflow/specs/2-factor/design.md': '# Design\n' }));
  assert.equal((await run(shop, 'spec-create', { name: 'factor' })).said, 'done');
  assert.equal((await run(shop, 'spec-create', { name: '2-factor' })).said, 'failed edit-refused');
  const spec = (format: Format, name: string) => ({ project: 'p', format, name }) as Spec;
  const known = [spec('spec-workflow', '2-factor'), spec('lean-spec', '20251101-012-c'), spec('spec-context', 'Menu')];
  const wrong = (format: Format, name: string) => nameWrong(name, { project: 'p', format, label: 'p' }, known);
  assert.deepEqual([wrong('spec-workflow', 'factor'), wrong('lean-spec', 'factor')], [undefined, undefined]);
  assert.match(wrong('spec-workflow', '2-factor') ?? '', /“2-factor” already/);
  assert.match(wrong('lean-spec', 'c') ?? '', /“20251101-012-c” already/);
  assert.match(wrong('spec-context', 'menu') ?? '', /“Menu” already/);
});

const formatsMade = [
  {
    format: 'spec-workflow',
    file: '.spec-workflow/specs/night-mode/requirements.md',
    old: '.spec-workflow/archive/specs',
  },
  {
    format: 'spec-context',
    file: '.spec-context/specs/night-mode/requirements.md',
    old: '.spec-context/archive/specs',
  },
  { format: 'lean-spec', file: 'specs/008-night-mode/README.md', old: 'specs/archived' },
] as const;

for (const { format, file, old } of formatsMade)
  test(`${format}: a spec is made beside other formats, once, and not under a name that is taken or no name`, async () => {
    await using shop = await openWorkshop((root) =>
      writeFiles(root, {
        'specs/007-there/README.md': specText('There'),
        'specs/archived/006-put-away/README.md': specText('Put away'),
        '.spec-workflow/steering/product.md': '# Product\n',
        '.spec-context/steering/product.md': '# Product\n',
        [`${old}/${format === 'lean-spec' ? '005-old-one/README' : 'old-one/design'}.md`]: '# Old\n',
      }),
    );
    const make = (args: object) => run(shop, 'spec-create', { format, ...args });
    assert.equal((await run(shop, 'spec-create', { name: 'night-mode' })).said, 'failed edit-refused', 'no format');
    const made = await make({ name: 'night-mode', title: 'By night' });
    const { spec, folder, path, rev } = made.result;
    assert.deepEqual([made.said, path, folder], ['done', file, file.slice(0, file.lastIndexOf('/'))]);
    assert.deepEqual([spec, rev], [String(folder).split('/').at(-1), await revAt(shop, file)]);
    assert.match(await textAt(shop, file), /^# By night$/m);
    for (const name of ['night-mode', 'old-one', 'steering', 'archived'])
      assert.equal((await make({ name })).said, 'failed edit-refused', name);
    for (const name of ['Night', 'a/b', '..', 'a--b', '-a', '', 'x'.repeat(101)])
      assert.equal((await make({ name })).said, 'failed args-invalid', name);
    const archived = await run(shop, 'spec-archive', { spec }, String(made.result.folderRev));
    assert.equal(archived.said, 'done', 'the rev that was answered guards the archive');
    const back = await run(shop, 'spec-unarchive', { spec: archived.result.to }, String(archived.result.folderRev));
    assert.equal(back.said, 'done');
  });

test('a template behind a link is not read, and a specs folder behind one is not written', async () => {
  await using shop = await openWorkshop(workflow());
  await writeFile(join(shop.folder, 'outside.md'), 'Secret\n');
  await mkdir(join(shop.root, '.spec-workflow/templates'));
  await symlink(join(shop.folder, 'outside.md'), join(shop.root, '.spec-workflow/templates/requirements-template.md'));
  const linked = await run(shop, 'spec-create', { name: 'new' });
  assert.deepEqual([linked.said, /link/.test(linked.detail)], ['failed edit-refused', true]);
  await mkdir(join(shop.folder, 'elsewhere'));
  await symlink(join(shop.folder, 'elsewhere'), join(shop.root, '.spec-workflow/specs'));
  assert.equal((await run(shop, 'spec-create', { name: 'new', content: '#' })).said, 'failed path-refused');
  assert.deepEqual(await readdir(join(shop.folder, 'elsewhere')), []);
});

test('a new spec of LeanSpec has the next free number, the structure of the project and its template', async () => {
  await using shop = await openWorkshop((root) =>
    writeFiles(root, {
      'specs/009-a/README.md': specText('A'),
      'specs/archived/041-b/README.md': specText('B'),
      'specs/20251101-012-c/README.md': specText('C'),
    }),
  );
  const made = await run(shop, 'spec-create', { name: 'night-mode', title: 'Night: $& mode' });
  assert.deepEqual([made.said, made.result.path], ['done', 'specs/042-night-mode/README.md']);
  const text = await textAt(shop, 'specs/042-night-mode/README.md');
  const today = new Date().toISOString().slice(0, 10);
  assert.match(text, new RegExp(`^---\nstatus: planned\ncreated: ${today}\npriority: medium\ncreated_at: .*${today}T`));
  assert.match(text, /\n# Night: \$& mode\n/);
  const { documents } = await shop.rescan();
  const { meta } = documents.get('specs/042-night-mode/README.md') ?? {};
  assert.deepEqual([meta?.status, meta?.created, meta?.problem], ['planned', today, undefined]);
  assert.equal((await run(shop, 'spec-create', { name: 'a' })).said, 'failed edit-refused', 'whatever its number');

  await writeFiles(shop.root, {
    '.lean-spec/config.json': JSON.stringify({
      specsDir: 'specs',
      template: 'short.md',
      structure: { pattern: 'custom', groupExtractor: '{YYYYMMDD}', sequenceDigits: 4, defaultFile: 'SPEC.md' },
    }),
    '.lean-spec/templates/short.md': '# {name} ({status}, {date})\r\n',
  });
  const grouped = await run(shop, 'spec-create', { name: 'grouped' });
  const path = `specs/${today.replaceAll('-', '')}/0043-grouped/SPEC.md`;
  assert.deepEqual([grouped.said, grouped.result.path], ['done', path]);
  assert.match(
    await textAt(shop, path),
    /^---\nstatus: planned\n[\s\S]*---\n\n# Grouped \(planned, 20\d\d-\d\d-\d\d\)\r\n$/,
  );
  const given = await run(shop, 'spec-create', { name: 'given', content: '---\nstatus: draft\n---\n# Given\n' });
  assert.match(
    await textAt(shop, String(given.result.path)),
    /^---\nstatus: draft\ncreated: .*\ncreated_at: .*\n---\n# Given\n$/,
  );

  const prefixed = { structure: { prefix: '../{x}-' } };
  await writeFiles(shop.root, { '.lean-spec/config.json': JSON.stringify(prefixed) });
  assert.equal((await run(shop, 'spec-create', { name: 'out' })).said, 'failed edit-refused');
});

test('a file of a format’s folders is written by the rev that was seen, and never where tools write or nothing leaves', async () => {
  const notes = '.spec-workflow/specs/checkout/notes/NOTES.md';
  await using shop = await openWorkshop((root) => makeAsked(root));
  const made = await run(shop, 'file-write', { path: notes, content: 'One\r\n' }, 'absent');
  assert.deepEqual([made.said, made.result.path], ['done', notes]);
  const rev = String(made.result.rev);
  assert.equal(
    (await run(shop, 'file-write', { path: notes, content: 'Two' }, 'a'.repeat(64))).said,
    'conflict conflict',
  );
  assert.equal((await run(shop, 'file-write', { path: notes, content: 'Two' }, 'absent')).said, 'conflict conflict');
  const edits = [{ start: 0, end: 3, text: 'Three' }];
  assert.equal((await run(shop, 'file-write', { path: notes, edits }, rev)).said, 'done');
  assert.equal(await textAt(shop, notes), 'Three\r\n');

  const refused = [
    ...['.spec-workflow/approvals/checkout/x.json', '.spec-workflow/Approvals/x.json', approvalPath(firstId)],
    ...['.spec-workflow/templates/design-template.md', '.spec-workflow/specs/checkout/.snapshots/x.json'],
    ...['README.md', 'src/x.ts', '.git/config.md', '.spec-workflow-x/a.md', '.spec-workflow'],
    ...['.spec-workflow/specs/checkout/.env', '.spec-workflow/specs/checkout/secrets.json', '.spec-workflow/tmp/x.md'],
    ...['.spec-workflow/.sallyport-trash/x.md', '.spec-workflow/run.sh', '.spec-workflow/x.png', '.spec-workflow/x.db'],
  ];
  for (const path of refused)
    assert.equal((await run(shop, 'file-write', { path, content: 'x' }, 'absent')).said, 'failed path-refused', path);
  for (const path of [
    '../x.md',
    '/etc/x.md',
    '.spec-workflow/../x.md',
    '.spec-workflow//x.md',
    'C:\\x.md',
    '.spec-workflow/x\u0000.md',
  ])
    assert.equal((await run(shop, 'file-write', { path, content: 'x' }, 'absent')).said, 'failed args-invalid', path);
  const unknown = { path: '.spec-workflow/none.md', content: 'x' };
  assert.equal((await run(shop, 'file-write', unknown, rev)).said, 'failed document-unknown');
  await symlink(shop.folder, join(shop.root, '.spec-workflow/out'));
  const out = await run(shop, 'file-write', { path: '.spec-workflow/out/x.md', content: 'x' }, 'absent');
  assert.equal(out.said, 'failed path-refused');
});

test('a spec is not archived while approvals of its documents are pending, unless one insists', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  const folderRev = async () => {
    await shop.rescan();
    const { result } = (await shop.ask('spec-list', {})) as { result: { items: { folderRev: string }[] } };
    return result.items[0]?.folderRev ?? '';
  };
  const refused = await run(shop, 'spec-archive', { spec: 'checkout' }, await folderRev());
  assert.deepEqual([refused.said, /pending: 1/.test(refused.detail)], ['failed edit-refused', true]);
  const forced = await run(shop, 'spec-archive', { spec: 'checkout', force: true }, await folderRev());
  assert.deepEqual([forced.said, forced.result.pendingApprovals], ['done', 1]);
  const back = await run(shop, 'spec-unarchive', { spec: String(forced.result.to) }, String(forced.result.folderRev));
  assert.equal(back.said, 'done');
  await writeFiles(shop.root, { [approvalPath(firstId)]: approvalText(firstId, { status: 'approved' }) });
  const decided = await run(shop, 'spec-archive', { spec: 'checkout' }, await folderRev());
  assert.deepEqual([decided.said, decided.result.pendingApprovals], ['done', 0]);
});

test('a task is ticked by the status that was seen, whatever else has changed in the file (C2)', async () => {
  const path = '.spec-workflow/specs/hang/tasks.md';
  await using shop = await openWorkshop(
    workflow({ [path]: '# Tasks\r\n\r\n- [ ] 1. Draw\r\n- [x] 2. Hang\r\n- [ ] Loose\r\n' }),
  );
  const tick = (args: Record<string, unknown>, ifRev?: string) =>
    run(shop, 'task-status-update', { spec: 'hang', ...args }, ifRev);
  await writeFile(
    join(shop.root, path),
    '# Tasks\r\n\r\nNew words\r\n- [ ] 1. Draw\r\n- [x] 2. Hang\r\n- [ ] Loose\r\n',
  );
  const begun = await tick({ task: '1', status: 'in-progress', was: 'pending' });
  assert.equal(begun.said, 'done');
  assert.match(await textAt(shop, path), /New words\r\n- \[-\] 1\. Draw\r\n/);
  assert.equal((await tick({ task: '1', status: 'completed', was: 'pending' })).said, 'conflict conflict');
  assert.equal((await tick({ task: '9', status: 'completed', was: 'pending' })).said, 'conflict conflict');
  assert.equal((await tick({ line: 3, text: 'Loose', status: 'completed', was: 'pending' })).said, 'conflict conflict');
  assert.equal((await tick({ line: 6, text: 'Loose', status: 'completed', was: 'pending' })).said, 'done');
  assert.equal((await tick({ task: '2', status: 'pending' })).said, 'failed rev-required');
  const rev = await revAt(shop, path);
  assert.equal((await tick({ task: '2', status: 'pending', was: 'completed' }, rev)).said, 'failed args-invalid');
  const undone = await tick({ task: '1', ...(begun.result.undo as object), was: 'in-progress' });
  assert.equal(undone.said, 'done', 'an undo by what was seen');
  assert.match(await textAt(shop, path), /- \[ \] 1\. Draw\r\n/);
});

test('a tasks.md that the agent’s tool would refuse is written, with warnings by line', async () => {
  await using shop = await openWorkshop(workflow({ '.spec-workflow/specs/hang/design.md': '# Design\n' }));
  const content = '# Tasks\n\n- [ ] 1. Good\n* [ ] 2. Star\n- [X] 3. Capital\n- [ ] Without\n';
  const args = { spec: 'hang', document: 'tasks.md', content };
  const { said, result } = await run(shop, 'spec-document-write', args, 'absent');
  assert.equal(said, 'done');
  assert.deepEqual(
    (result.warnings as { line: number }[]).map(({ line }) => line),
    [4, 5, 6],
  );
  const edits = [{ start: 0, end: 1, text: '#' }];
  const good = await run(shop, 'spec-document-write', { spec: 'hang', document: 'notes.md', content }, 'absent');
  assert.equal(good.result.warnings, undefined, 'other documents have no tasks');
  const rev = await revAt(shop, '.spec-workflow/specs/hang/tasks.md');
  const again = await run(shop, 'spec-document-write', { spec: 'hang', document: 'tasks.md', edits }, rev);
  assert.equal((again.result.warnings as unknown[]).length, 3);
});

test('with two formats that have steering documents, one is named', async () => {
  await using shop = await openWorkshop(workflow({ '.spec-context/steering/product.md': '# Other\n' }));
  const write = (args: object) =>
    run(shop, 'steering-write', { document: 'tech', content: '# T\n', ...args }, 'absent');
  assert.equal((await write({})).said, 'failed edit-refused');
  assert.equal((await write({ format: 'spec-context' })).result.path, '.spec-context/steering/tech.md');
  assert.equal((await write({ format: 'spec-workflow' })).result.path, '.spec-workflow/steering/tech.md');
  const principles = await write({ document: 'principles', format: 'spec-workflow' });
  assert.equal(principles.said, 'failed edit-refused');
});
