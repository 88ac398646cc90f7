/** Signed commands, from end to end: a machine that takes changes only from a pinned device, whoever holds the relay, its database or an API key. */
import assert from 'node:assert/strict';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import type { Machine } from '#contract/machine.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';

let world: World;
let machine: MachineInWorld;
let root: string;
before(async () => {
  world = await openWorld();
  root = await makeSmallProject(join(world.folder, 'shop'));
  machine = await world.startMachine('laptop', [root]);
  const policy = { risks: { read: 'allow', write: 'signed', execute: 'refuse', destroy: 'refuse' } };
  await writeFile(join(machine.data, 'policy.json'), JSON.stringify(policy));
});
after(async () => await world[Symbol.asyncDispose]());

/** Runs the command line to its end; of a person, with a data folder of their own. */
async function sallyport(...args: string[]) {
  const environment = { SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  await using program = startProgram('bridge/main.ts', args, environment);
  await new Promise((resolve) => program.child.once('close', resolve));
  return { code: program.child.exitCode, lines: program.lines, errors: program.errors() };
}
const person = () => ['--data', join(world.folder, 'person'), '--json'];
const wish = (status: string) => [
  'laptop',
  'spec-metadata-update',
  'project=shop',
  'spec=001',
  `status=${status}`,
  'force=true',
];
const rev = async () => {
  const text = await readFile(join(root, first), 'utf8');
  const document = await eventually(async () => {
    const found = await machine.document(first);
    return found.text === text && found;
  });
  return document.rev;
};

test('a person pins the key of their command line on the machine, by what it shows, and both sides tell the same fingerprint', async () => {
  const own = (await sallyport('devices', 'own', ...person())).lines[0] as unknown as {
    publicKey: string;
    fingerprint: string;
    file: string;
  };
  assert.equal((await stat(own.file)).mode & 0o777, 0o600);
  const pinned = await sallyport('devices', 'pin', own.publicKey, '--name', 'desk', '--data', machine.data, '--json');
  assert.deepEqual([pinned.code, pinned.lines[0]?.fingerprint], [0, own.fingerprint], pinned.errors);
  const announced = await eventually(
    async () => {
      const { signers = [] } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
      return signers.length > 0 && signers;
    },
    { timeoutMs: 20_000 },
  );
  assert.deepEqual(announced, [own.fingerprint]);
});

test('a stolen API key changes nothing: an unsigned command is refused', async () => {
  const before = await readFile(join(root, first), 'utf8');
  const refused = await sallyport('send', ...wish('complete'), '--if-rev', await rev(), ...person());
  assert.equal(refused.code, 7, refused.errors);
  assert.equal((refused.lines[0]?.problem as { code?: string } | undefined)?.code, 'signature-needed');
  assert.equal(await readFile(join(root, first), 'utf8'), before);
});

let done: CommandRecord;
let body: Record<string, unknown>;

test('sallyport sign prints a body that curl sends, and the machine does it', async () => {
  const printed = await sallyport('sign', ...wish('in-progress'), '--if-rev', await rev(), ...person());
  assert.equal(printed.code, 0, printed.errors);
  body = printed.lines[0] as Record<string, unknown>;
  done = await world.call<CommandRecord>('POST', `/v1/machines/laptop/commands?wait=20`, body);
  assert.equal(done.state, 'done', JSON.stringify(done.problem));
  assert.match(await readFile(join(root, first), 'utf8'), /^status: in-progress$/m);
  const sent = await sallyport('send', ...wish('planned'), '--if-rev', await rev(), '--sign', ...person());
  assert.deepEqual([sent.code, sent.lines[0]?.state], [0, 'done'], sent.errors);
});

test('a stolen database runs nothing: what it holds signed was done once, and changes of it do not verify', async () => {
  const send = (more: object) =>
    world.call<CommandRecord>('POST', `/v1/machines/laptop/commands?wait=20`, { ...body, ...more });
  const replayed = await send({ id: 'replayed-from-a-backup' });
  assert.deepEqual([replayed.state, replayed.problem?.code], ['refused', 'signature-refused']);
  const { args } = body as { args: object };
  const changed = await send({ id: 'changed-command', args: { ...args, status: 'complete' } });
  assert.deepEqual([changed.state, changed.problem?.code], ['refused', 'signature-refused']);
  assert.match(await readFile(join(root, first), 'utf8'), /^status: planned$/m);
});

test('the machine keeps a log of its own, which shows where somebody changed it', async () => {
  const own = ['--data', machine.data, '--json'];
  const { lines } = await sallyport('audit', ...own);
  const told = lines.map(({ action, result }) => `${action} ${result}`);
  assert.ok(told.includes('device-pinned done') && told.includes('command-ended refused'), told.join('\n'));
  const { code, lines: whole } = await sallyport('audit', 'verify', ...own);
  assert.deepEqual([code, whole[0]?.holds, whole[0]?.proven], [0, true, true]);
  const file = join(machine.data, 'audit.jsonl');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"result":"refused"', '"result":"done"'));
  const broken = await sallyport('audit', 'verify', ...own);
  assert.deepEqual([broken.code, broken.lines[0]?.holds, broken.lines[0]?.seq], [1, false, 2]);
  await writeFile(file, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
  const cut = await sallyport('audit', 'verify', ...own);
  assert.deepEqual([cut.code, cut.lines[0]?.holds], [1, false], 'a log that was cut does not reach its kept head');
  await writeFile(file, '');
  const emptied = await sallyport('audit', 'verify', ...own);
  assert.deepEqual([emptied.code, emptied.lines[0]?.holds], [1, false], 'nor does one that was emptied');
  await writeFile(file, text);
  await appendFile(file, '{"torn');
  await rev();
  const refused = await sallyport('send', ...wish('complete'), '--if-rev', await rev(), ...person());
  assert.equal(refused.code, 7);
  assert.equal((await sallyport('audit', 'verify', ...own)).code, 0, 'a line that a crash has torn is cut off');
});

test('the log of the relay is verified by the same command, from an export', async () => {
  const exported = async () =>
    await (await fetch(`${world.url}/v1/audit/export`, { headers: { authorization: `Bearer ${world.key}` } })).text();
  const file = join(world.folder, 'export.jsonl');
  await writeFile(file, await exported());
  const checked = await sallyport('audit', 'verify', file, '--json');
  assert.deepEqual([checked.code, checked.lines[0]?.holds], [0, true], checked.errors);
  const text = await readFile(file, 'utf8');
  const [later, empty] = [join(world.folder, 'later.jsonl'), join(world.folder, 'empty.jsonl')];
  await Promise.all([writeFile(later, await exported()), writeFile(empty, '')]);
  assert.equal((await sallyport('audit', 'verify', later, '--since', file)).code, 0);
  // One who can write the store can cut a log and its head with it: an earlier export shows it.
  await writeFile(later, withoutLastEntry(text));
  const cut = await sallyport('audit', 'verify', later, '--json');
  assert.deepEqual([cut.code, cut.lines[0]?.holds, cut.lines[0]?.proven], [1, true, false], 'the end is not proven');
  const compared = await sallyport('audit', 'verify', later, '--since', file, '--json');
  assert.deepEqual([compared.code, compared.lines[0]?.holds], [1, false]);
  assert.equal((await sallyport('audit', 'verify', empty)).code, 1, 'an empty log proves nothing');
  await writeFile(file, text.replace('"command-sent"', '"command-cancelled"'));
  assert.equal((await sallyport('audit', 'verify', file)).code, 1);
});

/** The organisation's log without its newest entry and without the head that tells of it. */
function withoutLastEntry(text: string): string {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('{"log":"organisation","head"'));
  return lines.toSpliced(head - 1, 2).join('\n');
}
