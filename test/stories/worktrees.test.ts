/** A file under review that is another text in a worktree: people see which one they decide on, and the agent that asked hears about its own. */
import assert from 'node:assert/strict';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ResultOf } from '#contract/kinds/index.ts';
import { openAgent } from '../kit/agent.ts';
import { approvalPath, approvalText, category, design } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { addWorktree } from '../kit/worktree.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

type Content = ResultOf<'approval-content'>;
type Diff = ResultOf<'approval-diff'>;

const notes = 'NOTES.md';
let world: World;
let machine: MachineInWorld;
let root: string;
let tree: string;
before(async () => {
  world = await openWorld();
  root = join(world.folder, 'shop');
  tree = join(world.folder, 'shop-tax');
  await writeFiles(root, {
    [design]: '# Design\n\nWait 5 minutes.\n',
    [notes]: '# Notes\n\nof main\n',
    'private/plan.md': '# Plan\n',
    'same.md': '# Same\n',
    'link.md': '# Link\n',
    'own.md': '# Own\n',
    '.sallyportignore': 'private/\n',
  });
  await addWorktree(root, tree);
  await writeFiles(tree, { [notes]: '# Notes\n\nof the worktree\n' });
  // The tool registers its agents: one is alive in the worktree.
  await writeFiles(world.folder, {
    '.spec-workflow-mcp/activeProjects.json': JSON.stringify({
      a: { projectPath: root, workflowRootPath: root, instances: [] },
      b: { projectPath: tree, workflowRootPath: root, instances: [{ pid: process.pid }] },
    }),
  });
  machine = await world.startMachine('laptop', [root], { HOME: world.folder });
});
after(async () => await world[Symbol.asyncDispose]());

const textAt = (folder: string, path: string) => readFile(join(folder, path), 'utf8');
const statusOf = async (id: string) => JSON.parse(await textAt(root, approvalPath(id))).status;
const pathOf = (id: string) => `/v1/machines/${machine.id}/projects/shop/approvals/${id}`;
const contentOf = (id: string, more = '') =>
  world.call<{ source: string; result: Content }>('GET', `${pathOf(id)}/content${more}`);

/** Asks, and waits until the relay knows of it and of whether checkouts differ. */
async function ask(id: string, filePath: string, more: Record<string, unknown> = {}, state?: string): Promise<string> {
  await writeFiles(root, { [approvalPath(id)]: approvalText(id, { filePath, ...more }) });
  return await eventually(async () => {
    const known = (await machine.documents()).find(({ path }) => path === approvalPath(id));
    const records = await world.call<{ items: { state: string }[] }>(
      'GET',
      `/v1/machines/${machine.id}/records?kind=checkouts&meta.approval=${id}`,
    );
    return records.items[0]?.state === state && known?.rev;
  });
}

test('the text of the worktree in which an agent is alive is shown, the others are named, and each can be read and compared', async () => {
  await ask('a1', notes, {}, 'differ');
  const { source, result } = await contentOf('a1');
  assert.deepEqual([source, result.content, result.checkout], ['machine', '# Notes\n\nof the worktree\n', 'shop-tax']);
  const other = await contentOf('a1', '?checkout=shop');
  assert.deepEqual([other.result.content, other.result.checkout], ['# Notes\n\nof main\n', 'shop']);
  assert.deepEqual(result.others, [{ checkout: 'shop', rev: other.result.rev }]);
  assert.deepEqual(other.result.others, [{ checkout: 'shop-tax', rev: result.rev }]);
  for (const checkout of ['shop', 'shop-tax']) {
    const diff = await machine.ask<Diff>('approval-diff', { project: 'shop', approval: 'a1', from: 0, checkout });
    const lines = diff.chunks.flatMap(({ lines }) => lines.map(({ content }) => content));
    assert.equal(lines.includes(checkout === 'shop' ? 'of main' : 'of the worktree'), true, checkout);
    assert.equal(diff.toRev, checkout === 'shop' ? other.result.rev : result.rev);
  }
  const unknown = await world.call<{ code: string; detail: string }>(
    'GET',
    `${pathOf('a1')}/content?checkout=x`,
    undefined,
    422,
  );
  assert.equal(unknown.code, 'args-invalid');

  // A change in the worktree, of which the documents tell nothing, is told.
  await writeFile(join(tree, notes), '# Notes\n\nof the worktree, again\n');
  await eventually(async () => (await contentOf('a1')).result.content.includes('again'));
});

test('a decision counts for the checkout that has the text that was seen, and keeps that very text', async () => {
  const { result } = await contentOf('a1');
  const ifRev = await ask('a1', notes, {}, 'differ');
  const args = { project: 'shop', approval: 'a1', decision: 'approve' };
  const unseen = await machine.send('approval-update', { ...args, fileRev: '0'.repeat(64) }, ifRev);
  assert.deepEqual([unseen.problem?.code, unseen.problem?.currentRev], ['reviewed-file-changed', result.rev]);
  const absent = await machine.send('approval-update', { ...args, fileRev: 'absent' }, ifRev);
  assert.equal(absent.problem?.code, 'reviewed-file-changed');
  assert.equal(await statusOf('a1'), 'pending');

  const done = await machine.send('approval-update', { ...args, fileRev: result.rev }, ifRev);
  const { checkout, snapshot } = done.result as ResultOf<'approval-update'>;
  assert.deepEqual([done.state, checkout], ['done', 'shop-tax'], JSON.stringify(done.problem));
  const kept = JSON.parse(await textAt(root, snapshot?.path ?? '')) as { content: string };
  assert.equal(kept.content, await textAt(tree, notes));
  const decision = await eventually(async () => {
    const said = await world.call<{ result: ResultOf<'approval-decision'> }>('GET', `${pathOf('a1')}/decision`);
    return said.result.checkout !== undefined && said.result;
  });
  assert.equal(decision.checkout, 'shop-tax');

  // Of several each by its own text.
  const revs = [await ask('a2', notes, {}, 'differ'), await ask('a3', notes, {}, 'differ')];
  const main = (await contentOf('a2', '?checkout=shop')).result.rev;
  const items = [
    { approval: 'a2', ifRev: revs[0], fileRev: main, checkout: 'shop' },
    { approval: 'a3', ifRev: revs[1], fileRev: result.rev },
  ];
  const many = await machine.send('approval-decide-many', { project: 'shop', decision: 'approve', items });
  const { decided } = many.result as ResultOf<'approval-decide-many'>;
  assert.deepEqual(
    decided.map((one) => [one.approval, one.checkout]),
    [
      ['a2', 'shop'],
      ['a3', 'shop-tax'],
    ],
  );
});

test('where nothing differs the relay answers, and says nothing of checkouts', async () => {
  await ask('b1', 'same.md');
  const { source, result } = await eventually(async () => {
    const answer = await contentOf('b1').catch(() => undefined);
    return answer?.source === 'relay' && answer;
  });
  assert.deepEqual([source, result.checkout, result.others], ['relay', undefined, undefined]);
  const machines = await machine.ask<Content>('approval-content', { project: 'shop', approval: 'b1' });
  assert.deepEqual(machines, result);
});

test('the rev of the list, which is that of the main checkout, decides on that one only with its name', async () => {
  const ifRev = await ask('a4', notes, {}, 'differ');
  const list = await world.call<{ result: { items: { id: string; file: { rev: string } }[] } }>(
    'GET',
    pathOf('').slice(0, -1),
  );
  const fileRev = list.result.items.find(({ id }) => id === 'a4')?.file.rev;
  const { result } = await contentOf('a4');
  const args = { project: 'shop', approval: 'a4', decision: 'approve', fileRev };
  const { problem } = await machine.send('approval-update', args, ifRev);
  assert.deepEqual([problem?.code, problem?.currentRev], ['reviewed-file-changed', result.rev]);
  assert.match(problem?.detail ?? '', /You saw the text in the checkout "shop".*`checkout: "shop"`/);
  const wrong = await machine.send('approval-update', { ...args, checkout: 'shop-tax' }, ifRev);
  assert.deepEqual([wrong.problem?.code, wrong.problem?.currentRev], ['reviewed-file-changed', result.rev]);
  const unknown = await machine.send('approval-update', { ...args, checkout: 'x' }, ifRev);
  assert.equal(unknown.problem?.code, 'args-invalid');
  assert.equal(await statusOf('a4'), 'pending');
  const done = await machine.send('approval-update', { ...args, checkout: 'shop' }, ifRev);
  const { checkout, snapshot } = done.result as ResultOf<'approval-update'>;
  assert.deepEqual([done.state, checkout], ['done', 'shop']);
  assert.equal(JSON.parse(await textAt(root, snapshot?.path ?? '')).content, await textAt(root, notes));
});

/** On the command line, which says first that the agent's own text cannot be shown. */
async function approveInShop(id: string): Promise<void> {
  const cli = (...words: string[]) =>
    runProgram('bridge/main.ts', words, { SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key }, world.folder);
  const unclear = await cli('approve', id, '--yes');
  assert.deepEqual([unclear.code, /cannot be shown.*--checkout shop/.test(unclear.stderr)], [2, true], unclear.stderr);
  const seen = await cli('approvals', id);
  assert.match(seen.stdout, /where the agent works, cannot be shown.*\n.*the text in the checkout shop\./);
  const done = await cli('approve', id, '--checkout', 'shop', '--yes');
  assert.equal(done.code, 0, done.stderr);
}

test('where the text of the agent cannot be shown, that is said, and nothing is decided on another one without its name', async () => {
  await writeFiles(root, { 'gone.md': '# Of main\n', 'kept.md': '# Of main\n', 'linked.md': '# Of main\n' });
  await writeFiles(tree, { 'kept.md': '# Of the tree\n', '.sallyportignore': 'kept.md\n' });
  await symlink(join(root, notes), join(tree, 'linked.md'));
  for (const [id, file, missing, why] of [
    ['m1', 'gone.md', 'shop-tax', /not there/],
    ['m2', 'gone.md', 'shop-gone', /Git does not list/],
    ['m3', 'kept.md', undefined, /stays on the machine/],
    ['m4', 'linked.md', undefined, /symbolic link/],
  ] as const) {
    const ifRev = await ask(id, file, missing === undefined ? {} : { metadata: { checkout: missing } }, 'differ');
    const { source, result } = await contentOf(id);
    assert.deepEqual([source, result.content, result.checkout, result.others], ['machine', '# Of main\n', 'shop', []]);
    assert.equal(result.missing?.checkout, missing ?? 'shop-tax');
    assert.match(result.missing?.why ?? '', why);
    const diff = await machine.ask<Diff>('approval-diff', { project: 'shop', approval: id, from: 0 });
    assert.deepEqual(diff.missing, result.missing);

    const kept = await machine.send('approval-snapshot', { project: 'shop', approval: id });
    assert.equal(kept.problem?.code, 'reviewed-file-unreadable', id);
    const args = { project: 'shop', approval: id, decision: 'approve' };
    for (const fileRev of [result.rev, 'absent']) {
      const { problem } = await machine.send('approval-update', { ...args, fileRev }, ifRev);
      assert.equal(problem?.code, 'reviewed-file-unreadable', id);
      assert.match(problem?.detail ?? '', /where the agent works: .*send `checkout: "shop"`/, id);
      const items = [{ approval: id, ifRev, fileRev }];
      const many = await machine.send('approval-decide-many', { project: 'shop', decision: 'approve', items });
      const { failed } = many.result as ResultOf<'approval-decide-many'>;
      assert.deepEqual(
        failed.map((each) => each.problem),
        ['reviewed-file-unreadable'],
      );
    }
    assert.equal(await statusOf(id), 'pending');
    const named = { ...args, fileRev: result.rev, checkout: 'shop' };
    if (id === 'm1') await approveInShop(id);
    else assert.equal((await machine.send('approval-update', named, ifRev)).state, 'done');
    assert.equal(await statusOf(id), 'approved');
    const decision = await eventually(async () => {
      const said = await world.call<{ result: ResultOf<'approval-decision'> }>('GET', `${pathOf(id)}/decision`);
      return said.result.checkout;
    });
    assert.equal(decision, 'shop');
  }

  // Unseen, for the checkout that cannot be shown.
  const ifRev = await ask('m5', 'kept.md', {}, 'differ');
  const unseen = { project: 'shop', approval: 'm5', decision: 'reject', response: 'Show it', fileRev: 'absent' };
  const readable = await machine.send('approval-update', { ...unseen, checkout: 'shop' }, ifRev);
  assert.equal(readable.problem?.code, 'reviewed-file-changed');
  const done = await machine.send('approval-update', { ...unseen, checkout: 'shop-tax' }, ifRev);
  const { checkout, snapshot } = done.result as ResultOf<'approval-update'>;
  assert.deepEqual([done.state, checkout, snapshot], ['done', 'shop-tax', undefined]);
});

test('a worktree whose workflow folder is a link to that of the main checkout has the same files', async () => {
  await writeFiles(root, { 'shared/agreed.md': '# Agreed\n' });
  await symlink(join(root, 'shared'), join(tree, 'shared'));
  const ifRev = await ask('l1', 'shared/agreed.md');
  const { result } = await contentOf('l1');
  assert.deepEqual([result.content, result.missing, result.checkout], ['# Agreed\n', undefined, undefined]);
  const args = { project: 'shop', approval: 'l1', decision: 'approve', fileRev: result.rev };
  assert.equal((await machine.send('approval-update', args, ifRev)).state, 'done');
});

test('a file that is in the worktree alone is shown, decided on and kept; one that is only in the main checkout as well', async () => {
  await writeFiles(tree, { 'new.md': '# New\n' });
  const ifRev = await ask('c1', 'new.md', {}, 'differ');
  const { result } = await contentOf('c1');
  assert.deepEqual([result.content, result.checkout, result.others], ['# New\n', 'shop-tax', []]);
  const args = { project: 'shop', approval: 'c1', decision: 'approve', fileRev: result.rev };
  const done = await machine.send('approval-update', args, ifRev);
  assert.deepEqual([done.state, (done.result as { checkout?: string }).checkout], ['done', 'shop-tax']);
  await eventually(async () => (await ask('c2', design)) !== undefined);
  assert.equal((await contentOf('c2')).result.checkout, undefined);
});

test('of a worktree no link, no excluded file and no secret is shown or kept, and no other folder', async () => {
  const secret = join(world.folder, 'secret.md');
  await writeFile(secret, '# Secret\n');
  await writeFiles(tree, {
    'private/plan.md': '# Plan, changed\n',
    'own.md': '# Own, changed\n',
    '.sallyportignore': 'own.md\n',
  });
  await writeFiles(tree, { 'same.md': `# Same\n\nghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}\n` });
  await rm(join(tree, 'link.md'));
  await symlink(secret, join(tree, 'link.md'));
  for (const [id, file] of [
    ['d1', 'private/plan.md'],
    ['d2', 'own.md'],
    ['d3', 'same.md'],
    ['d4', 'link.md'],
  ] as const) {
    await ask(id, file, {}, id === 'd1' ? undefined : 'differ');
    const read = machine.ask<Content>('approval-content', { project: 'shop', approval: id, checkout: 'shop-tax' });
    await assert.rejects(read, /reviewed-file-unreadable|cannot be read/, id);
    const kept = await machine.send('approval-snapshot', { project: 'shop', approval: id, checkout: 'shop-tax' });
    assert.equal(kept.problem?.code, 'reviewed-file-unreadable', id);
    // Without a name, it is the text of the project's own folder, where that may be seen, and of the other one only that it cannot be.
    const said = await machine
      .ask<Content>('approval-content', { project: 'shop', approval: id })
      .catch(() => undefined);
    const own = id === 'd1' ? undefined : await textAt(root, file);
    const where = id === 'd1' ? [undefined, undefined] : ['shop', 'shop-tax'];
    assert.deepEqual([said?.content, said?.checkout, said?.missing?.checkout], [own, ...where], id);
  }
  const snapshots = await readdir(join(root, category, '.snapshots'));
  assert.deepEqual(
    snapshots.filter((name) => ['plan.md', 'own.md', 'same.md', 'link.md'].includes(name)),
    [],
  );
});

test('by file and category a worktree shows only what the index has or an approval asks about', async () => {
  // The texts that were kept of another file of this name make the category known.
  await writeFiles(tree, { 'docs/new.md': '# Not under review\n', 'docs/NOTES.md': '# Nor this\n' });
  for (const file of ['docs/new.md', 'docs/NOTES.md'])
    for (const checkout of ['shop-tax', undefined]) {
      const args = { project: 'shop', file, category: 'checkout', from: 0, ...(checkout && { checkout }) };
      await assert.rejects(
        machine.ask('approval-diff', args),
        /reviewed-file-unreadable|cannot be read|is not there/,
        file,
      );
    }
  await ask('e1', notes, {}, 'differ');
  const args = { project: 'shop', file: notes, category: 'checkout', from: 0, checkout: 'shop-tax' };
  const diff = await machine.ask<Diff>('approval-diff', args);
  assert.equal(diff.checkout, 'shop-tax');
  await rm(join(root, approvalPath('e1')));
});

test('an agent in a worktree asks about its own text, and hears the decision on it', async () => {
  await using agent = await openAgent(tree, join(world.folder, 'agents'));
  const { call } = agent;
  await writeFiles(tree, { [notes]: '# Notes\n\nby the agent\n' });
  const { id } = await call('request_approval', {
    title: 'Notes',
    file: join(tree, notes),
    spec: 'checkout',
    reason: 'New',
  });
  const approval = String(id);
  const json = JSON.parse(await textAt(root, approvalPath(approval)));
  assert.deepEqual([json.filePath, json.metadata], [notes, { reason: 'New', checkout: 'shop-tax' }]);
  assert.equal((await call('request_approval', { title: 'Again', file: notes, spec: 'checkout' })).reused, true);
  await using other = await openAgent(root, join(world.folder, 'agents'));
  const second = await other.call('request_approval', { title: 'Notes', file: notes, spec: 'checkout' });
  assert.deepEqual([second.reused, second.id !== id], [false, true], 'another checkout, another text');

  const shown = await eventually(async () => (await contentOf(approval).catch(() => undefined))?.result);
  assert.deepEqual([shown.content, shown.checkout], ['# Notes\n\nby the agent\n', 'shop-tax']);
  const waiting = call('wait_for_approval', { id });
  const cli = (...args: string[]) =>
    runProgram('bridge/main.ts', args, { SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key }, world.folder);
  const unclear = await cli('approve', approval, '--yes');
  assert.deepEqual([unclear.code, /--checkout shop-tax/.test(unclear.stderr)], [2, true], unclear.stderr);
  const seen = await cli('approvals', approval);
  assert.match(seen.stdout, /the text in the checkout shop-tax\. It is another text in: shop \(--checkout/s);
  assert.match(seen.stdout, /by the agent/);
  const main = await cli('approvals', approval, '--checkout', 'shop');
  assert.match(main.stdout, /the text in the checkout shop\. .*\n.*(Nothing has changed since|of main)/s);
  const done = await cli('approve', approval, '--checkout', 'shop-tax', '--yes');
  assert.equal(done.code, 0, done.stderr);
  const heard = await waiting;
  assert.deepEqual([heard.status, heard.file, heard.changed_since], ['approved', join(tree, notes), false]);
});
