/** What each kind of command does to the files, and what it refuses. */
import assert from 'node:assert/strict';
import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { findSpec, folderRevOnDisk } from '../../bridge/commands/lookup.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { createDocumentIndex } from '../../bridge/watch/documents.ts';
import { openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject, specText, writeFiles } from '../kit/projects.ts';

/** Runs a command on a document with its rev of now; its state and code. */
async function on(shop: Workshop, path: string, kind: string, args: Record<string, unknown>) {
  const { documents } = await shop.rescan();
  const { state, problem, result } = await shop.run(kind, args, { ifRev: documents.get(path)?.rev ?? 'absent' });
  return {
    state: `${state} ${(problem as CommandProblem | undefined)?.code ?? ''}`.trim(),
    detail: (problem as CommandProblem | undefined)?.detail,
    result: result as Record<string, unknown>,
  };
}

const tasksFile = '.spec-workflow/specs/checkout/tasks.md';
const readme = (name: string) => `specs/${name}/README.md`;

test("LeanSpec's rules hold unless they are overridden", async () => {
  await using shop = await openWorkshop(async (root) => {
    await writeFiles(root, {
      [readme('001-draft')]: specText('Draft', { status: 'draft' }),
      [readme('002-parent')]: specText('Parent', { status: 'in-progress' }),
      [readme('003-child')]: specText('Child', { parent: '002-parent' }),
      [readme('005-parent')]: specText('By number', { status: 'in-progress' }),
      [readme('006-child')]: specText('Its child', { parent: 'old/005-parent' }),
      [readme('007-child')]: specText('Another', { parent: "'005'" }),
      [readme('004-open')]: specText('Open', { status: 'in-progress' }, '- [ ] not yet\n'),
    });
  });
  const set = async (spec: string, more: object) =>
    (await on(shop, readme(spec), 'spec-metadata-update', { spec, ...more })).state;
  assert.equal(await set('001-draft', { status: 'complete' }), 'failed edit-refused');
  assert.equal(await set('002-parent', { status: 'complete' }), 'failed edit-refused');
  for (const child of ['006-child', '007-child']) {
    assert.equal(await set('005-parent', { status: 'complete' }), 'failed edit-refused');
    assert.equal(await set(child, { status: 'complete' }), 'done');
  }
  assert.equal(await set('005-parent', { status: 'complete' }), 'done');
  assert.equal(await set('004-open', { status: 'complete' }), 'failed edit-refused');
  assert.equal(await set('004-open', { addDependsOn: ['999-nothing'] }), 'failed edit-refused');
  assert.equal(await set('004-open', { parent: '004-open', force: true }), 'failed edit-refused');
  assert.equal(await set('004-open', { addDependsOn: ['004'], force: true }), 'failed edit-refused');
  assert.equal(await set('004-open', { addDependsOn: ['001'], parent: '002-parent' }), 'done');
  assert.equal(await set('004-open', { status: 'complete', force: true }), 'done');
});

test('every field is taken back by the undo of its own answer', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const path = readme('001-first-light');
  const wish = {
    spec: '001',
    priority: 'low',
    tags: ['x'],
    assignee: 'me',
    parent: '002-second-wind',
    addDependsOn: ['003-third-time'],
  };
  const file = join(shop.root, path);
  const before = await readFile(file, 'utf8');
  const { state, result } = await on(shop, path, 'spec-metadata-update', wish);
  assert.equal(state, 'done');
  const edited = await readFile(file, 'utf8');
  assert.notEqual(edited, before);
  const undo = await on(shop, path, 'spec-metadata-update', { spec: '001', ...(result.undo as object) });
  assert.equal(undo.state, 'done');
  assert.equal(await readFile(file, 'utf8'), before, 'to the byte');
  const redo = await on(shop, path, 'spec-metadata-update', { spec: '001', ...(undo.result.undo as object) });
  assert.deepEqual([redo.state, await readFile(file, 'utf8')], ['done', edited]);
});

test('a spec is found by its folder or by a number that only one has, never by a part of its name', async () => {
  await using shop = await openWorkshop(async (root) => {
    await writeFiles(root, {
      [readme('038-one')]: specText('One'),
      [readme('038-two')]: specText('Two'),
      [readme('039-three')]: specText('Three'),
    });
  });
  const read = async (spec: string) =>
    (await on(shop, readme('039-three'), 'spec-metadata-update', { spec, priority: 'low' })).state;
  assert.equal(await read('038'), 'failed spec-ambiguous');
  assert.equal(await read('39'), 'failed spec-unknown');
  assert.equal(await read('thr'), 'failed spec-unknown');
  assert.equal(await read('../039-three'), 'failed spec-unknown');
  assert.equal(await read('039'), 'done');
});

test('a checklist item is named by line and text: when either is another now, nothing is ticked', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const path = readme('001-first-light');
  const line = (await readFile(join(shop.root, path), 'utf8')).split('\n').indexOf('- [ ] Open the gate') + 1;
  const tick = async (more: object) =>
    (
      await on(shop, path, 'task-status-update', {
        spec: '001',
        status: 'completed',
        line,
        text: 'Open the gate',
        ...more,
      })
    ).state;
  assert.equal(await tick({ text: 'Open the door' }), 'failed task-unknown');
  assert.equal(await tick({ line: line + 1 }), 'failed task-unknown');
  assert.equal(await tick({ status: 'blocked' }), 'failed edit-refused');
  assert.equal(await tick({}), 'done');
  assert.match(await readFile(join(shop.root, path), 'utf8'), /- \[x\] Open the gate\n/);
});

test('a number that two tasks have ticks neither until line and text say which, and then the one that was meant', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [tasksFile]: '- [ ] 1. Draw\n- [ ] 2. Hang\n- [ ] 1. Draw\n- [ ] 1. Sell\n' });
  });
  const tick = async (more: object) =>
    await on(shop, tasksFile, 'task-status-update', { spec: 'checkout', task: '1', status: 'completed', ...more });
  const refused = await tick({});
  assert.equal(refused.state, 'failed task-ambiguous');
  assert.match(String(refused.detail), /lines 1, 3, 4/);
  assert.equal((await tick({ line: 3, text: 'Sell' })).state, 'failed task-unknown');
  assert.equal((await tick({ line: 2, text: 'Hang' })).state, 'failed task-unknown');
  assert.equal((await tick({ line: 3 })).state, 'failed args-invalid');
  assert.equal((await tick({ task: '2' })).state, 'done');
  assert.equal((await tick({ line: 3, text: 'Draw' })).state, 'done');
  assert.equal(
    await readFile(join(shop.root, tasksFile), 'utf8'),
    '- [ ] 1. Draw\n- [x] 2. Hang\n- [x] 1. Draw\n- [ ] 1. Sell\n',
  );
});

test('two quick taps: the second task is found by number and text though the first tap has moved its line', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [tasksFile]: '- [ ] 1. Draw\n- [ ] 2. Hang\n' });
  });
  const tap = async (more: object) =>
    (await on(shop, tasksFile, 'task-status-update', { spec: 'checkout', ...more })).state;
  const blocked = { task: '1', line: 1, text: 'Draw', status: 'blocked', reason: 'no pen' };
  assert.equal(await tap(blocked), 'done');
  assert.equal(await tap({ task: '2', line: 2, text: 'Hang', status: 'completed' }), 'done');
  assert.equal(
    await readFile(join(shop.root, tasksFile), 'utf8'),
    '- [~] 1. Draw\n  - _Blocked: no pen_\n- [x] 2. Hang\n',
  );
});

test('boxes of tasks.md without a number are ticked by line and text, and numbered ones too', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [tasksFile]: '- [ ] **1. Draw**\r\n* [ ] Hang\r\n- [ ] 2. Sell\r\n' });
  });
  const tick = async (line: number, text: string, status: string) =>
    (await on(shop, tasksFile, 'task-status-update', { spec: 'checkout', line, text, status })).state;
  assert.equal(await tick(2, 'Hang', 'completed'), 'done');
  assert.equal(await tick(1, '**1. Draw**', 'completed'), 'done');
  assert.equal(await tick(1, '**1. Draw**', 'pending'), 'done');
  assert.equal(await tick(1, '**1. Draw**', 'in-progress'), 'failed edit-refused');
  assert.equal(await tick(3, 'Sell', 'in-progress'), 'done');
  assert.equal(
    await readFile(join(shop.root, tasksFile), 'utf8'),
    '- [ ] **1. Draw**\r\n* [x] Hang\r\n- [-] 2. Sell\r\n',
  );
});

test('a spec with an open box below a fence inside a fence is not complete without force', async () => {
  const body = '```\n```bash\n- [x] example\n```\n\n- [ ] still to do\n';
  await using shop = await openWorkshop(async (root) => {
    await writeFiles(root, { [readme('001-open')]: specText('Open', { status: 'in-progress' }, body) });
  });
  const set = async (more: object) =>
    (await on(shop, readme('001-open'), 'spec-metadata-update', { spec: '001-open', status: 'complete', ...more }))
      .state;
  assert.equal(await set({}), 'failed edit-refused');
  assert.equal(await set({ force: true }), 'done');
});

test('a tick is taken back to the byte: a capital X, a reason in its own words and place', async () => {
  const text = '- [X] Old\r\n- [~] 1. A\r\n  - File: a.ts\r\n    * _Blocked:  no  key_  \r\n- [~] 2. B';
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [tasksFile]: text });
  });
  const now = async () => await readFile(join(shop.root, tasksFile), 'utf8');
  const set = async (args: object) => await on(shop, tasksFile, 'task-status-update', { spec: 'checkout', ...args });
  for (const [box, status] of [
    [{ line: 1, text: 'Old' }, 'pending'],
    [{ task: '1' }, 'completed'],
    [{ task: '1', reason: 'another' }, 'blocked'],
    [{ line: 5, text: 'B', task: '2' }, 'in-progress'],
  ] as const) {
    const { state, result } = await set({ ...box, status });
    assert.equal(state, 'done');
    const edited = await now();
    assert.notEqual(edited, text);
    const { reason: _, ...named } = { reason: '', ...box };
    const back = await set({ ...named, ...(result.undo as object) });
    assert.deepEqual([back.state, await now()], ['done', text]);
  }
  const word = { task: '2', status: 'blocked', edits: [{ start: text.length - 1, end: text.length, text: 'C' }] };
  assert.equal((await set(word)).state, 'failed edit-refused');
  assert.equal((await set({ ...word, status: 'pending' })).state, 'failed edit-refused');
  assert.equal(await now(), text);
});

test('a task of spec-context is never marked blocked, which would take it out of sight of its tool', async () => {
  const path = '.spec-context/specs/checkout/tasks.md';
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await rename(join(root, '.spec-workflow'), join(root, '.spec-context'));
  });
  const set = async (status: string) =>
    (await on(shop, path, 'task-status-update', { spec: 'checkout', task: '2', status })).state;
  const before = await readFile(join(shop.root, path), 'utf8');
  assert.equal(await set('blocked'), 'failed edit-refused');
  assert.equal(await readFile(join(shop.root, path), 'utf8'), before);
  assert.equal(await set('in-progress'), 'done');
});

const archives = [
  { what: 'LeanSpec in place', files: {}, spec: '001-first-light', there: 'specs/001-first-light' },
  {
    what: 'LeanSpec where archived/ is kept',
    files: { [readme('archived/000-old')]: specText('Old') },
    spec: '001-first-light',
    there: 'specs/archived/001-first-light',
  },
  { what: 'spec-workflow', files: {}, spec: 'checkout', there: '.spec-workflow/archive/specs/checkout' },
] as const;

for (const { what, files, spec, there } of archives)
  test(`${what}: archived and brought back, guarded by the rev of the whole folder`, async () => {
    await using shop = await openWorkshop(async (root) => {
      await makeSmallProject(root);
      await writeFiles(root, files);
    });
    const guarded = async (kind: string) => {
      const project = await shop.rescan();
      return await shop.run(kind, { spec }, { ifRev: await folderRevOnDisk(project, findSpec(project, spec)) });
    };
    assert.equal((await shop.run('spec-archive', { spec }, { ifRev: '0'.repeat(64) })).state, 'conflict');
    const archived = await guarded('spec-archive');
    assert.equal(archived.state, 'done', JSON.stringify(archived.problem));
    const { to, folderRev } = archived.result as { to: string; folderRev: string };
    assert.equal(to, there);
    await access(join(shop.root, there));
    const project = await shop.rescan();
    assert.equal(
      await folderRevOnDisk(project, findSpec(project, spec)),
      folderRev,
      'the answer tells the rev that takes it back',
    );
    assert.equal((await guarded('spec-unarchive')).state, 'done');
    await access(join(shop.root, (archived.result as { from: string }).from));
  });

test('a spec made again under the name of an archived one is edited, and the archived one by its folder', async () => {
  const old = '.spec-workflow/archive/specs/checkout';
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, {
      [`${old}/tasks.md`]: '- [ ] 1. Old\n',
      [readme('archived/001-first-light')]: specText('Old'),
    });
  });
  const tick = async (spec: string, path: string) =>
    (await on(shop, path, 'task-status-update', { spec, task: '1', status: 'in-progress' })).state;
  assert.equal(await tick('checkout', tasksFile), 'done');
  assert.equal(await readFile(join(shop.root, old, 'tasks.md'), 'utf8'), '- [ ] 1. Old\n');
  assert.equal(await tick(old, `${old}/tasks.md`), 'done');
  assert.equal(await readFile(join(shop.root, old, 'tasks.md'), 'utf8'), '- [-] 1. Old\n');
  assert.equal(await tick('.spec-workflow/archive/specs', `${old}/tasks.md`), 'failed spec-unknown');
  for (const spec of ['001', '001-first-light', 'specs/001-first-light'])
    assert.equal(
      (await on(shop, readme('001-first-light'), 'spec-metadata-update', { spec, assignee: spec })).state,
      'done',
      spec,
    );
});

test('a spec archived in its place is as it was when that is taken back, not complete', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const file = join(shop.root, readme('001-first-light'));
  const before = await readFile(file, 'utf8');
  const project = await shop.rescan();
  const ifRev = await folderRevOnDisk(project, findSpec(project, '001'));
  const { result } = await shop.run('spec-archive', { spec: '001' }, { ifRev });
  const { undo } = result as { undo: { rev: string; edits: unknown } };
  assert.match(await readFile(file, 'utf8'), /^status: archived$/m);
  const back = await shop.run('spec-metadata-update', { spec: '001', edits: undo.edits }, { ifRev: undo.rev });
  assert.deepEqual([back.state, await readFile(file, 'utf8')], ['done', before]);
});

test('a command on one spec walks no other files, however many the project has', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const project = await shop.rescan();
  const blind = {
    ...project,
    get documents(): never {
      throw new Error('all files were walked');
    },
  };
  assert.equal(findSpec(blind, '002').documents.size, 2);
  assert.equal(findSpec(blind, 'checkout').folder, '.spec-workflow/specs/checkout');
});

test('the index of specs follows each file that comes, changes and goes', () => {
  const index = createDocumentIndex('p');
  let parent = '001-p';
  const put = (folder: string, name: string, archived = false) => {
    const spec = folder.split('/').at(-1) ?? '';
    const meta = archived ? { archived: true } : { parent: `specs/${parent}` };
    const place = {
      project: 'p',
      path: `${folder}/${name}`,
      kind: name === 'README.md' ? 'spec' : 'file',
      rev: revOf(Buffer.from(name)),
      size: 1,
      mtime: 1,
    } as const;
    index.put({ ...place, spec, folder, meta, format: 'lean-spec', describe: 1 }, undefined);
  };
  const called = (name: string) =>
    [...index.specs.called(name)].map(({ folder, archived, documents }) => [folder, archived, documents.size]);
  put('specs/007-a', 'README.md');
  put('specs/007-a', 'README.md');
  put('specs/007-a', 'B.md');
  const children = (name: string) => [...index.specs.childrenOf(name)].map(({ folder }) => folder);
  assert.deepEqual([children('001-p'), children('002-p')], [['specs/007-a'], []]);
  parent = '002-p';
  put('specs/007-a', 'README.md');
  assert.deepEqual([children('001-p'), children('002-p')], [[], ['specs/007-a']]);
  put('specs/archived/007-a', 'README.md', true);
  const old = ['specs/archived/007-a', true, 1];
  assert.deepEqual(called('007'), [['specs/007-a', false, 2], old]);
  assert.deepEqual(called('007-a'), called('007'));
  index.remove('specs/007-a/B.md');
  assert.deepEqual(called('007'), [['specs/007-a', false, 1], old]);
  index.remove('specs/007-a/README.md');
  assert.deepEqual([called('007'), [...index.specs.all()].length], [[old], 1]);
  index.remove('specs/archived/007-a/README.md');
  assert.deepEqual([called('007-a'), index.specs.inFolder('specs/archived/007-a')], [[], undefined]);
});

test('an archive that would land on something is refused', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { '.spec-workflow/archive/specs/checkout/notes.txt': 'x' });
  });
  await rename(
    join(shop.root, '.spec-workflow/archive/specs/checkout/notes.txt'),
    join(shop.root, '.spec-workflow/archive/specs/checkout/.env'),
  );
  const project = await shop.rescan();
  const one = findSpec(project, '.spec-workflow/specs/checkout');
  const { state } = await shop.run(
    'spec-archive',
    { spec: 'checkout' },
    { ifRev: await folderRevOnDisk(project, one) },
  );
  assert.notEqual(state, 'done');
});

test('a document is written as a whole, made only where there was none, and never outside its spec', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const path = '.spec-workflow/specs/checkout/design.md';
  const write = { spec: 'checkout', document: 'design.md', content: '# New\n' };
  assert.equal((await shop.run('spec-document-write', write, { ifRev: 'absent' })).state, 'conflict');
  assert.equal((await on(shop, path, 'spec-document-write', write)).state, 'done');
  assert.equal(await readFile(join(shop.root, path), 'utf8'), '# New\n');
  assert.equal(
    (await shop.run('spec-document-write', { ...write, document: 'notes.md' }, { ifRev: 'absent' })).state,
    'done',
  );
  for (const document of ['../x.md', 'a/b.md', '.env.md', 'x.sh', 'C:x.md']) {
    const { state } = await shop.run('spec-document-write', { ...write, document }, { ifRev: 'absent' });
    assert.equal(state, 'failed', document);
  }
  const steering = await shop.run('steering-write', { document: 'tech', content: '# Tech\n' }, { ifRev: 'absent' });
  assert.equal(steering.state, 'done', JSON.stringify(steering.problem));
  assert.equal(
    (await shop.run('steering-write', { document: 'principles', content: 'x' }, { ifRev: 'absent' })).state,
    'failed',
  );
});

test('edits of a document change what they name: line ends, byte order mark and the missing last break stay, and they are taken back to the byte', async () => {
  const path = '.spec-workflow/specs/checkout/design.md';
  const bytes = Buffer.from('\uFEFF# Entwürfe 🚪\r\nmixed\nlines\r\n\r\nno last break');
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFile(join(root, path), bytes);
  });
  const text = bytes.toString();
  const [start, end] = [text.indexOf('lines'), text.length];
  const edits = [
    { start: 3, end: 3, text: 'Neue ' },
    { start, end: start + 5, text: 'words' },
    { start: end, end, text: '!' },
  ];
  const edit = { spec: 'checkout', document: 'design.md', edits };
  const { state, result } = await on(shop, path, 'spec-document-write', edit);
  assert.equal(state, 'done');
  assert.equal(
    await readFile(join(shop.root, path), 'utf8'),
    '\uFEFF# Neue Entwürfe 🚪\r\nmixed\nwords\r\n\r\nno last break!',
  );
  const { state: undone } = await on(shop, path, 'spec-document-write', { ...edit, ...(result.undo as object) });
  assert.equal(undone, 'done');
  assert.deepEqual(await readFile(join(shop.root, path)), bytes);
});

test('edits that do not fit are refused and the file stays: beyond its end, within a character, overlapping, without a file, or beside a whole text (C12)', async () => {
  const path = '.spec-workflow/specs/checkout/design.md';
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFile(join(root, path), '🚪 door');
  });
  const edit = async (edits: object[], more = {}) =>
    (await on(shop, path, 'spec-document-write', { spec: 'checkout', document: 'design.md', edits, ...more })).state;
  assert.equal(await edit([{ start: 0, end: 99, text: '' }]), 'failed edit-refused');
  assert.equal(await edit([{ start: 1, end: 2, text: '' }]), 'failed edit-refused');
  assert.equal(await edit([{ start: 0, end: 1, text: '' }]), 'failed edit-refused');
  assert.match(await edit([{ start: 2, end: 3, text: '\ud83d' }]), /^failed/);
  assert.match(
    await edit([
      { start: 2, end: 5, text: 'a' },
      { start: 4, end: 6, text: 'b' },
    ]),
    /^failed/,
  );
  assert.match(await edit([{ start: 2, end: 3, text: '-' }], { content: 'x' }), /^failed/);
  assert.equal(await readFile(join(shop.root, path), 'utf8'), '🚪 door');
  const anew = { spec: 'checkout', document: 'notes.md', edits: [{ start: 0, end: 0, text: 'x' }] };
  assert.equal((await shop.run('spec-document-write', anew, { ifRev: 'absent' })).state, 'failed');
});

test('a file that is not UTF-8 is written neither in part nor as a whole: its bytes would not come back', async () => {
  const path = '.spec-workflow/specs/checkout/design.md';
  const bytes = Buffer.from([0x23, 0x20, 0x47, 0x72, 0xfc, 0xdf, 0x65, 0x0a]);
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFile(join(root, path), bytes);
  });
  const named = { spec: 'checkout', document: 'design.md' };
  for (const text of [{ edits: [{ start: 0, end: 1, text: '##' }] }, { content: '# Grüße\n' }]) {
    const { state } = await on(shop, path, 'spec-document-write', { ...named, ...text });
    assert.equal(state, 'failed file-unparsable');
  }
  assert.deepEqual(await readFile(join(shop.root, path)), bytes);
});

test('project-info and file-read tell what is on the disk now', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const info = (await shop.ask('project-info', {})).result as {
    specs: { spec: string; folderRev: string }[];
    counts: object;
  };
  assert.deepEqual(info.specs.map(({ spec }) => spec).sort(), [
    '001-first-light',
    '002-second-wind',
    '003-third-time',
    'checkout',
  ]);
  const read = (await shop.ask('file-read', { path: readme('003-third-time') })).result as { text: string };
  assert.equal(read.text, await readFile(join(shop.root, readme('003-third-time')), 'utf8'));
});
