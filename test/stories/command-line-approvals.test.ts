/** Approvals at a terminal: what waits on every machine, what has changed in it, and the decision with both revs. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { approvalPath, approvalText, design } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const first = 'approval_1769086563491_4coggtrud';
const second = 'approval_1769086563492_aaaaaaaaa';
const third = 'approval_1769086563493_bbbbbbbbb';
const fourth = 'approval_1769086563494_ccccccccc';

let world: World;
let machine: MachineInWorld;
let root: string;
before(async () => {
  world = await openWorld();
  root = join(world.folder, 'shop');
  await writeFiles(root, {
    [design]: '# Design\n\nWait 5 minutes.\n',
    [approvalPath(first)]: approvalText(first),
    [approvalPath(second)]: approvalText(second, { title: 'Away \u001b[31mred', filePath: '/etc/passwd' }),
  });
  machine = await world.startMachine('laptop', [root]);
});
after(async () => await world[Symbol.asyncDispose]());

const sallyport = (...args: string[]) =>
  runProgram('bridge/main.ts', args, { SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key }, world.folder);
const statusOf = async (id: string) => JSON.parse(await readFile(join(root, approvalPath(id)), 'utf8')).status;

test('what waits is listed over all machines, and shown as a whole where nothing was approved before', async () => {
  const list = await sallyport('approvals');
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /^approval_1769086563491_4coggtrud +shop on laptop +\S.* Design of checkout$/m);
  assert.ok(!list.stdout.includes('\u001b'));
  const lines = (await sallyport('approvals', '--machine', 'laptop', '--json')).stdout.trim().split('\n');
  const items = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    items.map(({ id, machine: { name } }) => [id, name]),
    [
      [first, 'laptop'],
      [second, 'laptop'],
    ],
  );
  const one = await sallyport('approvals', '4coggtrud');
  assert.match(
    one.stdout,
    /No earlier text was decided on\. This is all of it:\n1 \+ # Design\n2 \+ \n3 \+ Wait 5 minutes\./,
  );
  const unreadable = await sallyport('approvals', 'aaaaaaaaa');
  assert.match(unreadable.stdout, /absolute/i);
});

test('without a terminal nothing is decided, unless --yes says so; reject and revise want words', async () => {
  for (const [args, sentence] of [
    [['approve', '4coggtrud'], /Add --yes/],
    [['revise', '4coggtrud', '--yes'], /needs a reason: sallyport revise ID -m WORDS/],
    [['approve', 'nowhere', '--yes'], /There is no approval "nowhere"/],
  ] as const) {
    const { code, stderr } = await sallyport(...args);
    assert.deepEqual([code, sentence.test(stderr)], [2, true], stderr);
  }
  assert.equal(await statusOf(first), 'pending');
});

test('a decision says what became of it and whether the agent has taken it; the next one shows what has changed since', async () => {
  const done = await sallyport('approve', '4coggtrud', '-m', 'Good', '--yes');
  assert.deepEqual(
    [done.code, done.stdout],
    [0, 'approved: Design of checkout. The agent has not taken it yet.\n'],
    done.stderr,
  );
  assert.equal(await statusOf(first), 'approved');
  const again = await sallyport('approve', '4coggtrud', '--yes');
  assert.deepEqual([again.code, again.stderr], [5, 'It is decided already: approved.\n']);

  // The agent takes it, edits the text and asks again.
  await rm(join(root, approvalPath(first)));
  await writeFile(join(root, design), '# Design\n\nWait 2 minutes.\n');
  await writeFiles(root, { [approvalPath(third)]: approvalText(third, { title: 'Design, again' }) });
  const shown = await eventually(async () => {
    const { stdout } = await sallyport('approvals', 'bbbbbbbbb');
    return stdout.includes('+1 −1 since') && stdout;
  });
  assert.match(
    shown,
    /the text that was approved last \(version 1\):\n1 {3}# Design\n2 {3}\n {2}- Wait 5 minutes\.\n3 \+ Wait 2 minutes\.\n/,
  );
  const taking = eventually(async () => {
    if ((await statusOf(third)) !== 'needs-revision') return false;
    await rm(join(root, approvalPath(third)));
    return true;
  });
  const revised = await sallyport('revise', 'bbbbbbbbb', '-m', '1 minute', '--yes', '--json');
  await taking;
  const record = JSON.parse(revised.stdout);
  assert.deepEqual([revised.code, record.state, record.taken], [0, 'done', true], revised.stderr);
  assert.equal(record.args.response, '1 minute');

  // It does as it was told: what is shown is what has changed since the text that was sent back.
  await writeFile(join(root, design), '# Design\n\nWait 1 minute.\n');
  await writeFiles(root, { [approvalPath(fourth)]: approvalText(fourth, { title: 'Design, at last' }) });
  await eventually(async () => {
    const { stdout } = await sallyport('approvals', 'ccccccccc');
    assert.match(
      stdout,
      /\+1 −1 since the text that was sent back last \(version 2\):\n.*\n.*\n {2}- Wait 2 minutes\.\n3 \+ Wait 1 minute\.\n/,
    );
    return true;
  });
});

test('what the policy refuses ends with 7; an offline machine ends with 75, or decides when it is back', async () => {
  const policy = { risks: { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' } };
  await writeFile(join(machine.data, 'policy.json'), JSON.stringify(policy));
  const refused = await sallyport('reject', 'aaaaaaaaa', '-m', 'No', '--yes');
  assert.deepEqual([refused.code, /^refused: .*policy-refused/.test(refused.stderr)], [7, true], refused.stderr);
  assert.equal(await statusOf(second), 'pending');

  await machine.bridge().end();
  await rm(join(machine.data, 'policy.json'));
  const away = await sallyport('reject', 'aaaaaaaaa', '-m', 'No', '--yes');
  assert.deepEqual([away.code, /machine-unavailable/.test(away.stderr)], [75, true], away.stderr);
  const queued = await sallyport('reject', 'aaaaaaaaa', '-m', 'No', '--yes', '--queue');
  assert.deepEqual([queued.code, queued.stdout.slice(0, 7)], [0, 'queued:'], queued.stderr);
  await machine.startBridge();
  await eventually(async () => (await statusOf(second)) === 'rejected');
});
