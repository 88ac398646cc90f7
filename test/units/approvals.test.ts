/** Deciding approvals: what is written for the agent, what it is bound to, and what is refused. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { kinds } from '#contract/kinds/index.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { approvalPath, approvalText, category, design, firstId, makeAsked } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { openWorkshop, type Workshop } from '../kit/executor.ts';
import { writeFiles } from '../kit/projects.ts';
import { dropPrivileges, alwaysPrivileged as skip } from '../kit/unprivileged.ts';

const path = approvalPath(firstId);
const at = (shop: Workshop, name: string) => join(shop.root, name);
const textAt = (shop: Workshop, name: string) => readFile(at(shop, name), 'utf8');
const json = async (shop: Workshop, name: string) => JSON.parse(await textAt(shop, name)) as Record<string, unknown>;

/** Decides with the revs of now, unless `wish` says others. */
async function decide(shop: Workshop, wish: Record<string, unknown>, ifRev?: string) {
  const { documents } = await shop.rescan();
  const fileRev = documents.get(design)?.rev ?? 'absent';
  const rev = ifRev ?? documents.get(path)?.rev ?? '0'.repeat(64);
  const done = await shop.run('approval-update', { approval: firstId, fileRev, ...wish }, { ifRev: rev });
  const problem = done.problem as CommandProblem | undefined;
  return { ...done, code: problem?.code, problem, result: done.result as Record<string, unknown> | undefined };
}

test('an approval is written as the tool would, with a snapshot of the very text, and nothing else is touched', async () => {
  await using shop = await openWorkshop((root) =>
    makeAsked(root, undefined, {
      zebra: [1],
      comments: [{ id: 'comment-1-x', text: 'from the editor', startLine: 3 }],
    }),
  );
  const comments = [
    {
      type: 'selection',
      comment: '2, not 5',
      timestamp: '2026-11-26T10:00:00.000Z',
      id: 'comment_1_abcdefghi',
      selectedText: '5 minutes',
      startOffset: 15,
      endOffset: 24,
    },
    { type: 'general', comment: '言葉 🙂', timestamp: '2026-11-26T10:00:01.000Z', id: 'comment_2_abcdefghi' },
  ];
  const done = await decide(shop, { decision: 'needs-revision', response: 'Nearly', comments });
  assert.equal(done.state, 'done');
  const text = await textAt(shop, path);
  const written = JSON.parse(text) as Record<string, unknown> & { comments: Record<string, unknown>[] };
  assert.equal(text, JSON.stringify(written, null, 2), 'two spaces, no final line break');
  assert.deepEqual(Object.keys(written), [
    ...['id', 'title', 'filePath', 'type', 'status', 'createdAt', 'category', 'categoryName', 'zebra', 'comments'],
    ...['response', 'respondedAt'],
  ]);
  assert.equal(written.status, 'needs-revision');
  assert.deepEqual(
    written.comments.map(({ id }) => id),
    ['comment-1-x', 'comment_1_abcdefghi', 'comment_2_abcdefghi'],
  );
  assert.deepEqual(written.comments[1]?.highlightColor, {
    bg: 'rgba(255, 235, 59, 0.3)',
    border: '#FFEB3B',
    name: '#ffeb3b',
  });
  const folder = `${category}/.snapshots/design.md`;
  assert.deepEqual(await readdir(at(shop, folder)), ['metadata.json', 'snapshot-001.json']);
  const snapshot = await json(shop, `${folder}/snapshot-001.json`);
  assert.deepEqual(
    [snapshot.trigger, snapshot.status, snapshot.content],
    ['revision_requested', 'pending', '# Design\n\nWait 5 minutes.\n'],
  );
  const metadata = await json(shop, `${folder}/metadata.json`);
  assert.deepEqual(
    [metadata.filePath, metadata.currentVersion, (metadata.snapshots as unknown[]).length],
    [design, 1, 1],
  );
  assert.equal(await textAt(shop, design), '# Design\n\nWait 5 minutes.\n');

  const undo = await shop.run(
    'approval-reopen',
    { approval: firstId, added: done.result?.added },
    { ifRev: String(done.result?.rev) },
  );
  assert.equal(undo.state, 'done');
  const again = await json(shop, path);
  assert.deepEqual(
    [again.status, again.response, (again.comments as unknown[]).length, again.zebra],
    ['pending', undefined, 1, [1]],
  );
});

test('a decision is bound to the text and to the approval that were seen', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  const seen = (await shop.rescan()).documents;
  const [rev, fileRev] = [seen.get(path)?.rev ?? '', seen.get(design)?.rev ?? ''];
  await writeFile(at(shop, design), '# Design\n\nWait 2 minutes.\n');
  const changed = await decide(shop, { decision: 'approve', fileRev }, rev);
  assert.deepEqual([changed.state, changed.code], ['conflict', 'reviewed-file-changed']);
  assert.equal(changed.problem?.currentRev, (await shop.rescan()).documents.get(design)?.rev);
  assert.equal((await json(shop, path)).status, 'pending');
  assert.deepEqual(await readdir(at(shop, category)), [`${firstId}.json`], 'no snapshot either');

  await writeFile(at(shop, path), approvalText(firstId, { comments: [{ text: 'while you read' }] }));
  assert.equal((await decide(shop, { decision: 'approve' }, rev)).code, 'conflict');
  assert.equal((await decide(shop, { decision: 'approve' })).state, 'done');
  assert.equal((await decide(shop, { decision: 'reject', response: 'No' })).code, 'already-decided');
  await rm(at(shop, path));
  assert.equal((await decide(shop, { decision: 'approve' }, rev)).code, 'approval-gone');
});

test('words are wanted to reject or send back, and a comment quotes what stands there', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  assert.equal((await decide(shop, { decision: 'reject' })).code, 'args-invalid');
  assert.equal((await decide(shop, { decision: 'needs-revision', response: ' ' })).code, 'args-invalid');
  assert.equal((await decide(shop, { decision: 'approve', response: 'half \ud800' })).code, 'args-invalid');
  const comment = { type: 'selection', comment: 'x', timestamp: '2026-11-26T10:00:00.000Z', id: 'comment_1_abcdefghi' };
  const quoted = { ...comment, selectedText: 'minutes', startOffset: 0, endOffset: 7 };
  assert.equal((await decide(shop, { decision: 'needs-revision', comments: [quoted] })).code, 'args-invalid');
  assert.equal((await json(shop, path)).status, 'pending');
});

test('a file that cannot be seen is decided on only by who says that there was nothing to see', async () => {
  const files = {
    absolute: '/etc/passwd',
    up: '../x.md',
    drive: 'C:\\x.md',
    nul: 'a\0b',
    env: '.env',
    folder: '.spec-workflow',
    gone: 'gone.md',
    link: 'link.md',
  };
  for (const [name, filePath] of Object.entries(files)) {
    await using shop = await openWorkshop(async (root) => {
      await makeAsked(root, undefined, { filePath });
      await writeFiles(root, { '.env': 'SECRET=1\n' });
      await symlink('/etc/passwd', join(root, 'link.md'));
    });
    const listed = await shop.ask('approval-list', {});
    const [item] = (listed.result as { items: { file: { readable: boolean; why?: string } }[] }).items;
    assert.equal(item?.file.readable, false, name);
    assert.ok(item?.file.why, name);
    assert.equal(
      (await decide(shop, { decision: 'approve', fileRev: '0'.repeat(64) })).code,
      'reviewed-file-unreadable',
      name,
    );
    const done = await decide(shop, { decision: 'approve', fileRev: 'absent' });
    assert.equal(done.state, 'done', name);
    assert.deepEqual(await readdir(at(shop, category)), [`${firstId}.json`], 'no snapshot of what nobody saw');
  }
});

test('a text that the project excludes, or that seems to hold a secret, gets into no snapshot, since those are uploaded', async () => {
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  for (const [filePath, text] of [
    ['private/plan.md', '# Plan\n'],
    ['notes.md', `# Notes\n\nThe token is ${token}.\n`],
  ] as const) {
    await using shop = await openWorkshop(async (root) => {
      await makeAsked(root, undefined, { filePath });
      await writeFiles(root, { '.sallyportignore': 'private/\n', [filePath]: text });
    });
    const kept = async () => (await readdir(at(shop, category))).includes('.snapshots');
    const refused = async (kind: string, args: object) =>
      ((await shop.run(kind, { approval: firstId, ...args })).problem as CommandProblem | undefined)?.code;
    assert.equal(await refused('approval-snapshot', {}), 'reviewed-file-unreadable', filePath);
    const seen = { decision: 'approve', fileRev: revOf(Buffer.from(text)) };
    const decided = await decide(shop, seen);
    assert.deepEqual([decided.code, await kept()], ['reviewed-file-unreadable', false], filePath);
    const asked = await shop.run('approval-create', { title: 'Plan', file: filePath, categoryName: 'checkout' });
    assert.equal((asked.problem as CommandProblem | undefined)?.code, 'reviewed-file-unreadable', filePath);
    const done = await decide(shop, { decision: 'approve', fileRev: 'absent' });
    assert.deepEqual([done.state, await kept()], ['done', false], filePath);
  }
});

test('a list that is being written hides its files all the while: that on the disk counts, and that which applied before', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeAsked(root, undefined, { filePath: 'private/plan.md' });
    await writeFiles(root, { '.sallyportignore': 'private/\n', 'private/plan.md': '# Plan\n' });
  });
  const keep = async () =>
    ((await shop.run('approval-snapshot', { approval: firstId })).problem as CommandProblem | undefined)?.code;
  // The project knows the list as it was before.
  await writeFiles(shop.root, { '.sallyportignore': '' });
  assert.equal(await keep(), 'reviewed-file-unreadable');
  await shop.rescan();
  await writeFiles(shop.root, { '.sallyportignore': 'private/\n' });
  assert.equal(await keep(), 'reviewed-file-unreadable');
  await writeFiles(shop.root, { '.sallyportignore': '' });
  assert.equal(await keep(), undefined);
});

test('a snapshot that cannot be written does not stop the decision, and the result says so', async () => {
  await using shop = await openWorkshop(async (root) => {
    await makeAsked(root);
    await writeFiles(root, { [`${category}/.snapshots/design.md/metadata.json`]: '{ not json' });
  });
  const done = await decide(shop, { decision: 'approve' });
  assert.equal(done.state, 'done');
  assert.match(String(done.result?.snapshotProblem), /metadata\.json is left alone/);
  assert.equal(await textAt(shop, `${category}/.snapshots/design.md/metadata.json`), '{ not json');
  assert.equal((await json(shop, path)).status, 'approved');
});

test('an approval as version 2.0.0 of the tool left it is decided again', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root, undefined, { status: 'approve' }));
  assert.equal((await decide(shop, { decision: 'approve' })).state, 'done');
  assert.equal((await json(shop, path)).status, 'approved');
});

test('hostile JSON is listed with what is wrong, and never decided on', async () => {
  const texts = {
    array: '[]',
    broken: '{',
    deep: '['.repeat(20_000),
    proto: '{"__proto__": {"status": "pending"}}',
    bytes: '\xff',
  };
  await using shop = await openWorkshop(async (root) => {
    await makeAsked(root);
    for (const [name, text] of Object.entries(texts))
      await writeFiles(root, { [approvalPath(name)]: Buffer.from(text, 'latin1') });
    await mkdir(join(root, approvalPath('folder')), { recursive: true });
    await writeFiles(root, { [`.spec-workflow/approvals/other/${firstId}.json`]: approvalText(firstId) });
  });
  for (const name of Object.keys(texts)) {
    const done = await shop.run(
      'approval-update',
      { approval: name, decision: 'approve', fileRev: 'absent' },
      { ifRev: '0'.repeat(64) },
    );
    assert.notEqual(done.state, 'done', name);
  }
  assert.equal((await decide(shop, { decision: 'approve' })).code, 'approval-ambiguous');
  assert.equal((await decide(shop, { approval: `checkout/${firstId}`, decision: 'approve' })).state, 'done');
});

test('a folder that cannot be written to: the cause is said and the request stays', { skip }, async () => {
  using _ = dropPrivileges();
  await using shop = await openWorkshop((root) => makeAsked(root));
  await chmod(at(shop, category), 0o500);
  assert.equal((await decide(shop, { decision: 'approve' })).code, 'file-failed');
  assert.equal((await json(shop, path)).status, 'pending');
  await chmod(at(shop, category), 0o700);
});

test('a request is taken back into the trash, comes back from it, and a decided one is removed without a word', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  const remove = async (more: object = {}) => {
    const rev = (await shop.rescan()).documents.get(path)?.rev ?? '';
    return await shop.run('approval-delete', { approval: firstId, ...more }, { ifRev: rev });
  };
  assert.equal(((await remove()).problem as CommandProblem).code, 'edit-refused');
  const { state, result } = await remove({ withdraw: true });
  const { trashed } = result as { trashed: string };
  assert.deepEqual([state, (await readdir(at(shop, category))).length], ['done', 0]);
  assert.equal((await shop.run('trash-restore', { items: [trashed] })).state, 'done');
  assert.equal((await json(shop, path)).status, 'pending');
  assert.equal((await decide(shop, { decision: 'approve' })).state, 'done');
  assert.equal((await remove()).state, 'done');
});

test('of several decisions those are made that can be, and the others say why; all of them are taken back', async () => {
  const ids = ['b1', 'b2', 'b3'];
  await using shop = await openWorkshop(async (root) => {
    await makeAsked(root);
    for (const id of ids) await writeFiles(root, { [approvalPath(id)]: approvalText(id) });
  });
  const { documents } = await shop.rescan();
  const fileRev = documents.get(design)?.rev;
  const item = (id: string) => ({ approval: id, ifRev: documents.get(approvalPath(id))?.rev, fileRev });
  await writeFile(at(shop, approvalPath('b2')), approvalText('b2', { status: 'rejected' }));
  const items = [item('b1'), item('b2'), { ...item('b3'), fileRev: '0'.repeat(64) }];
  assert.equal(
    ((await shop.run('approval-decide-many', { decision: 'reject', items })).problem as CommandProblem).code,
    'args-invalid',
  );
  const done = await shop.run('approval-decide-many', { decision: 'approve', items });
  const result = done.result as {
    total: number;
    succeeded: string[];
    failed: { id: string; problem: string }[];
    decided: { rev: string }[];
  };
  assert.deepEqual([done.state, result.total, result.succeeded], ['done', 3, ['b1']]);
  assert.deepEqual(
    result.failed.map(({ id, problem }) => [id, problem]),
    [
      ['b2', 'already-decided'],
      ['b3', 'reviewed-file-changed'],
    ],
  );
  assert.equal((await json(shop, approvalPath('b1'))).status, 'approved');
  const back = await shop.run('approval-reopen-many', { items: [{ approval: 'b1', ifRev: result.decided[0]?.rev }] });
  assert.equal(back.state, 'done');
  assert.equal((await json(shop, approvalPath('b1'))).status, 'pending');
});

type Sorted = {
  succeeded: string[];
  failed: { id: string; problem: string }[];
  decided: { path: string; rev: string }[];
};

test('an approval that a list names twice, by its id and with its category, is decided and taken back once', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  const { documents } = await shop.rescan();
  const item = { ifRev: documents.get(path)?.rev, fileRev: documents.get(design)?.rev };
  const names = [firstId, `checkout/${firstId}`];
  const many = async (kind: string, items: readonly object[], more: object = {}) => {
    const { problem, result } = await shop.run(kind, { items, ...more });
    return { code: (problem as CommandProblem | undefined)?.code, result: result as Sorted };
  };
  const twice = names.map((approval) => ({ ...item, approval }));
  const same = [twice[0] ?? {}, twice[0] ?? {}];
  assert.equal((await many('approval-decide-many', same, { decision: 'approve' })).code, 'args-invalid');
  const { result } = await many('approval-decide-many', twice, { decision: 'approve' });
  const ended = ({ succeeded, failed }: Sorted) => [succeeded, failed.map(({ id, problem }) => [id, problem])];
  assert.deepEqual(ended(result), [[firstId], [[names[1], 'already-decided']]]);
  const back = names.map((approval) => ({ approval, ifRev: result.decided[0]?.rev }));
  assert.equal((await many('approval-reopen-many', [back[0] ?? {}, back[0] ?? {}])).code, 'args-invalid');
  const reopened = await many('approval-reopen-many', back);
  assert.deepEqual(ended(reopened.result), [[firstId], [[names[1], 'conflict']]]);
  assert.equal((await json(shop, path)).status, 'pending');
  const tooMany = Array.from({ length: 101 }, (_, at) => ({ ...item, approval: `a${at}` }));
  assert.equal((await many('approval-decide-many', tooMany, { decision: 'approve' })).code, 'args-invalid');
});

test('a decision among several that cannot be written leaves the others as they are, and their undo does not name it', async () => {
  const ids = ['b1', 'b2', 'b3'];
  await using shop = await openWorkshop(async (root) => {
    await makeAsked(root);
    for (const id of ids) await writeFiles(root, { [approvalPath(id)]: approvalText(id) });
  });
  const { documents } = await shop.rescan();
  const fileRev = documents.get(design)?.rev;
  const items = ids.map((approval) => ({ approval, ifRev: documents.get(approvalPath(approval))?.rev, fileRev }));
  let renewed = 0;
  shop.renew = async () => {
    renewed += 1;
    // Asked before each look and before each write. Between those of b2 an editor adds a comment; the agent has read b1.
    if (renewed === 4) {
      await writeFile(at(shop, approvalPath('b2')), approvalText('b2', { comments: [{ text: 'wait' }] }));
      await rm(at(shop, approvalPath('b1')));
    }
    return true;
  };
  const args = { decision: 'approve', items };
  const { state, result } = await shop.run('approval-decide-many', args, { leasedUntil: 0 });
  const { succeeded, failed } = result as Sorted;
  assert.deepEqual([state, succeeded], ['done', ['b1', 'b3']]);
  assert.deepEqual(
    failed.map(({ id, problem }) => [id, problem]),
    [['b2', 'conflict']],
  );
  assert.deepEqual(await readdir(at(shop, category)), ['.snapshots', `${firstId}.json`, 'b2.json', 'b3.json']);
  const kind = kinds['approval-decide-many'];
  const undo = kind.undo({ project: 'shop', ...args } as never, result as never);
  const { items: undone = [] } = (undo?.args ?? {}) as { items?: { approval: string }[] };
  const named = undone.map(({ approval }) => approval);
  assert.deepEqual(named, ['b1', 'b3']);
});

test('a decision of another program, or one that was changed since, is not taken back as ours', async () => {
  await using shop = await openWorkshop((root) => makeAsked(root));
  const reopen = async (ifRev?: string) => {
    const rev = ifRev ?? (await shop.rescan()).documents.get(path)?.rev ?? '';
    const done = await shop.run('approval-reopen', { approval: firstId }, { ifRev: rev });
    const many = await shop.run('approval-reopen-many', { items: [{ approval: firstId, ifRev: rev }] });
    return { state: done.state, code: (done.problem as CommandProblem | undefined)?.code, many: many.result as Sorted };
  };
  await writeFile(at(shop, path), approvalText(firstId, { status: 'approved', response: 'By the dashboard' }));
  const elsewhere = await reopen();
  assert.deepEqual([elsewhere.code, elsewhere.many.failed[0]?.problem], ['edit-refused', 'edit-refused']);
  assert.equal((await json(shop, path)).status, 'approved');

  await writeFile(at(shop, path), approvalText(firstId));
  const done = await decide(shop, { decision: 'approve' });
  await writeFile(at(shop, path), (await textAt(shop, path)).replace('"response": ""', '"response": "Mine"'));
  assert.equal((await reopen()).code, 'edit-refused', 'the same status, and other words');
  await writeFile(at(shop, path), approvalText(firstId, { status: 'rejected', response: 'The later one wins' }));
  assert.equal((await reopen()).code, 'edit-refused');
  assert.equal((await reopen(String(done.result?.rev))).code, 'conflict');
  assert.equal((await json(shop, path)).status, 'rejected');
});

test('a decision is taken back in a later life of the bridge, with its own comments and no others', async () => {
  const theirs = { id: 'comment-1-x', text: 'from the editor', startLine: 3 };
  await using shop = await openWorkshop((root) => makeAsked(root, undefined, { comments: [theirs] }));
  const own = { type: 'general', comment: 'No', timestamp: '2026-11-26T10:00:00.000Z', id: 'comment_1_abcdefghi' };
  const done = await decide(shop, { decision: 'needs-revision', comments: [own] });
  const rev = String(done.result?.rev);
  await eventually(async () => (await readFile(join(shop.folder, 'approvals.json'), 'utf8')).includes(rev));
  await shop.rescan();
  await using next = await shop.restart();
  const undo = { approval: firstId, added: [theirs.id] };
  const back = await next.run('approval-reopen', undo, { ifRev: rev });
  assert.equal(back.state, 'done', JSON.stringify(back));
  assert.deepEqual((await json(shop, path)).comments, [theirs]);
});
