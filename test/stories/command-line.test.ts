/** A person at a terminal, with an API key: what there is, what happens, and a command with its outcome as an exit code. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';

let world: World;
let machine: MachineInWorld;
let root: string;
before(async () => {
  world = await openWorld();
  root = await makeSmallProject(join(world.folder, 'shop'));
  machine = await world.startMachine('laptop', [root]);
});
after(async () => await world[Symbol.asyncDispose]());

const environment = () => ({ SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key });

/** Runs the command line to its end. */
async function sallyport(...args: string[]) {
  await using program = startProgram('bridge/main.ts', args, environment());
  await new Promise((resolve) => program.child.once('close', resolve));
  return { code: program.child.exitCode, lines: program.lines, errors: program.errors() };
}

test('machines and documents are listed, narrowed by what the files say', async () => {
  const all = await sallyport('machines', '--json');
  assert.deepEqual([all.code, all.lines.map(({ name, status }) => [name, status])], [0, [['laptop', 'online']]]);
  const planned = await sallyport('documents', 'laptop', '--kind', 'spec', '--meta', 'status=planned', '--json');
  assert.equal(planned.code, 0, planned.errors);
  assert.ok(planned.lines.length > 0);
  assert.ok(
    planned.lines.every(({ kind, meta }) => kind === 'spec' && (meta as { status: string }).status === 'planned'),
  );
  // A newer bridge may have kinds of documents that this release does not know.
  const unknown = await sallyport('documents', 'laptop', '--kind', 'mind-map', '--json');
  assert.deepEqual([unknown.code, unknown.lines], [0, []], unknown.errors);
});

test('a list without anything says so beside the data, and names what would show more', async () => {
  const lists: readonly (readonly [args: readonly string[], none: string])[] = [
    [['terminals'], 'No terminal is open. --all lists those that have ended too.'],
    [['runs', '--all'], 'There are no runs.'],
    [['approvals'], 'Nothing waits for a decision.'],
    [['documents', 'laptop', '--kind', 'mind-map'], 'No documents are like that.'],
  ];
  for (const [args, none] of lists) {
    const { code, stdout, stderr } = await runProgram('bridge/main.ts', args, environment(), root);
    assert.deepEqual([code, stdout, stderr], [0, '', `${none}\n`]);
  }
});

test('a command changes the file and ends with 0; on a file that has changed it ends with 5 and leaves it alone', async () => {
  const now = () =>
    eventually(async () => {
      const text = await readFile(join(root, first), 'utf8');
      const document = await machine.document(first);
      return document.text === text && document;
    });
  const { rev } = await now();
  const args = ['send', 'laptop', 'spec-metadata-update', 'project=shop', 'spec=001', 'status=in-progress'];
  const done = await sallyport(...args, '--if-rev', rev, '--json');
  assert.deepEqual([done.code, done.lines[0]?.state], [0, 'done'], done.errors);
  assert.match(await readFile(join(root, first), 'utf8'), /^status: in-progress$/m);
  const forced = await sallyport(
    ...args.slice(0, -1),
    'status=complete',
    'force=true',
    '--if-rev',
    (await now()).rev,
    '--json',
  );
  assert.deepEqual([forced.code, forced.lines[0]?.state], [0, 'done'], forced.errors);
  const late = await sallyport(...args, '--if-rev', rev, '--json');
  assert.deepEqual([late.code, late.lines[0]?.state], [5, 'conflict'], late.errors);
});

test('tail prints what is saved, as it is saved', async () => {
  await using tail = startProgram('bridge/main.ts', ['tail', 'laptop', '--json'], environment());
  let saved = 0;
  const nudge = setInterval(() => {
    void writeFile(join(root, first), specText(`Save ${saved++}`, { assignee: 'ada' }));
  }, 500);
  const line = await tail.line(({ item }) => item === 'document').finally(() => clearInterval(nudge));
  assert.equal((line.value as { path: string }).path, first);
});

test('what does not fit gets one sentence: no key, a wrong key, an unknown machine, a slip of the pen', async () => {
  const wrong = await sallyport('machines', '--api-key', `spu_${'a'.repeat(36)}`);
  assert.deepEqual([wrong.code, /character may be missing/.test(wrong.errors)], [2, true]);
  const unknown = await sallyport('documents', 'nowhere');
  assert.equal(unknown.code, 1);
  assert.match(unknown.errors, /^No such machine \(machine-unknown\)\. .*\n$/);
  const slip = await sallyport('send', 'laptop', 'file-raed');
  assert.deepEqual([slip.code, slip.errors], [2, 'There is no command file-raed; did you mean file-read?\n']);
  const value = await sallyport('send', 'laptop', 'spec-metadata-update', 'project=shop', 'spec=001', 'priority=lw');
  assert.deepEqual(
    [value.code, value.errors],
    [2, 'priority is one of low, medium, high, critical, or null to remove it, not "lw".\n'],
  );
  const away = await sallyport('machines', '--url', 'http://127.0.0.1:1');
  assert.equal(away.code, 4);
  assert.match(away.errors, /^Nothing listens at 127\.0\.0\.1:1\.\n$/);
});
