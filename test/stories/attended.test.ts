/** Two people in one terminal, with real processes: both see and type, each is named to the other, both audits say who did what, and who loses the right to it is out. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AuditEntry } from '#contract/audit.ts';
import type { Policy } from '#contract/machine.ts';
import type { RecordItem } from '#contract/record.ts';
import { createAsk } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { sessionOf } from '../kit/session.ts';
import { Visitor } from '../kit/visitor.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

let world: World;
let machine: MachineInWorld;
/** The owner's name. */
let ada: string;
before(async () => {
  world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  await writePolicy(data, { kinds: programs });
  ada = (await world.call<{ person: { name: string } }>('GET', '/v1/me')).person.name;
  machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
});
after(() => world?.[Symbol.asyncDispose]());

const args = { project: 'shop', cols: 80, rows: 24 };

/** A member of this name, signed in. */
async function invite(name: string) {
  const ask = createAsk(world.url, world.key);
  const { url } = await world.call<{ url: string }>('POST', '/v1/invitations', { name, role: 'member' });
  const opened = await ask('POST', '/v1/sessions', { key: null, body: { token: url.split('/').at(-1) } });
  const headers = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  const call: World['call'] = async (method, path, body) => {
    const { status, json } = await ask(method, path, { key: null, headers, ...(body === undefined ? {} : { body }) });
    if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
    return json as never;
  };
  const { person } = await call<{ person: { id: string } }>('GET', '/v1/me');
  return { person: person.id, call };
}

async function sallyport(...words: string[]): Promise<string> {
  const env = { SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  return (await runProgram('bridge/main.ts', words, env, world.folder)).stdout;
}

test('two people in one terminal: both see, both type, it has the size of who typed last, and each is named to the other', async () => {
  const { result } = await machine.send('terminal-open', args);
  const { terminal } = result as { terminal: string };
  const grace = await invite('Grace');
  const [one, two] = [new Visitor(world.call, terminal, 'one'), new Visitor(grace.call, terminal, 'two')];
  await one.type('echo a$((1+1))b\r');
  await Promise.all([one.until('a2b'), two.until('a2b')]);
  await two.type({ size: [100, 30] }, 'stty size\r');
  await Promise.all([one.until('30 100'), two.until('30 100')]);
  await one.type({ size: [90, 20] }, 'stty size\r');
  await two.until('20 90');
  const record = await eventually(async () => {
    await two.type(' \b');
    const found = await world.call<RecordItem>('GET', `/v1/machines/laptop/records/${terminal}`);
    assert.deepEqual(
      [(found.meta.readers as string[]).toSorted(), found.meta.typing],
      [['Grace', ada].sort(), 'Grace'],
    );
    return found;
  });
  assert.deepEqual([record.meta.cols, record.meta.rows], [90, 20]);
  assert.match(await sallyport('terminals'), /[ ,] Grace \(typed last\)/);
  await world.call('DELETE', `/v1/members/${grace.person}`);
  await assert.rejects(
    grace.call('POST', `/v1/records/${terminal}/inputs`, { producer: 'x', seq: 1, inputs: ['x'] }),
    /401/,
  );
  await machine.send('terminal-close', { terminal });
  await eventually(async () => {
    const { state, meta } = await world.call<RecordItem>('GET', `/v1/machines/laptop/records/${terminal}`);
    assert.deepEqual([state, meta.readers], ['ended', []]);
    return true;
  });
});

test('what was run, opened, read and typed is in the audit of the relay and of the machine, and both hold', async () => {
  const words = ['sh', '-c', 'exit 7'];
  const { id } = await machine.send('exec', { project: 'shop', argv: words });
  const opened = await machine.send('terminal-open', args);
  const { terminal } = opened.result as { terminal: string };
  const visitor = new Visitor(world.call, terminal, 'tab');
  await visitor.type('echo a$((1+1))b\r');
  await visitor.until('a2b');
  await machine.send('terminal-close', { terminal });
  const ofOpening = (entry: AuditEntry) => entry.about?.command === opened.id && entry.action === 'command-ended';
  const ofRun = (entry: AuditEntry) => entry.about?.command === id && entry.action === 'command-ended';
  const attending = (entries: readonly AuditEntry[]) =>
    entries.filter(({ about, action }) => about?.record === terminal && action.startsWith('channel-'));

  const own = await eventually(async () => {
    const lines = (await sallyport('audit', 'ls', '--json', '--data', machine.data)).trim().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
    assert.deepEqual(
      attending(entries)
        .map(({ action }) => action)
        .sort(),
      ['channel-read', 'channel-typed'],
    );
    return entries;
  });
  const run = own.find(ofRun);
  assert.deepEqual([run?.by.name, run?.about?.argv, run?.about?.exitCode], [ada, JSON.stringify(words), '7']);
  assert.equal(own.find(ofOpening)?.about?.record, terminal);
  for (const { by, about } of attending(own)) assert.deepEqual([by.name, about?.kind], [ada, 'terminal']);
  assert.match(await sallyport('audit', 'verify', '--data', machine.data), /^The log is valid/);

  const exported = await fetch(new URL('/v1/audit/export', world.url), {
    headers: { authorization: `Bearer ${world.key}` },
  });
  const file = join(world.folder, 'audit.jsonl');
  const text = await exported.text();
  await writeFile(file, text);
  assert.match(await sallyport('audit', 'verify', file), /^The log is valid/);
  const entries = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEntry);
  const { by } = entries.find(({ action, about }) => action === 'command-sent' && about?.command === id) ?? {};
  const ended = entries.find(ofRun);
  assert.deepEqual([by?.name, ended?.about?.exitCode, ended?.about?.argv], [ada, '7', undefined]);
  assert.match(ended?.about?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.equal(entries.find(ofOpening)?.about?.record, terminal);
  const told = attending(entries).filter((entry) => entry.action !== undefined && entry.log !== undefined);
  assert.deepEqual(told.map(({ action }) => action).sort(), ['channel-read', 'channel-typed']);
  for (const entry of told) assert.ok(entry.by.person !== undefined && entry.about?.key !== undefined);
  // The machine's log names the key too: a person has several, and one of them may be in other hands.
  const keys = (of: readonly AuditEntry[], name: string) => of.map(({ action, about }) => `${action} ${about?.[name]}`);
  assert.deepEqual(keys(attending(own), 'device').sort(), keys(told, 'key').sort());
});

/** What `sallyport attach` says to somebody who types. */
async function attachedAndTyping(terminal: string): Promise<string> {
  const env = { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  const program = join(import.meta.dirname, '../../bridge/main.ts');
  const child = spawn(process.execPath, [program, 'attach', terminal], { env, stdio: 'pipe' });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  // What changes no line, since it may arrive once keys are taken again.
  child.stdin.write(' ');
  try {
    return await eventually(() => said.includes('\n') && said);
  } finally {
    child.kill('SIGKILL');
  }
}

test('where the owner changes the policy, an open terminal takes no more keys and says so; once it is changed back, it does', async () => {
  const { result } = await machine.send('terminal-open', args);
  const { terminal } = result as { terminal: string };
  const visitor = new Visitor(world.call, terminal, 'tab');
  await visitor.type('echo a$((1+1))b\r');
  await visitor.until('a2b');
  const closing: readonly Partial<Policy>[] = [
    {},
    { projects: { shop: 'refuse' }, kinds: programs },
    { kinds: { ...programs, 'terminal-open': 'signed' } },
  ];
  for (const closed of closing) {
    await writePolicy(machine.data, closed);
    visitor.notTyped = undefined;
    await visitor.type('echo b$((2+2))c\r');
    await eventually(async () => {
      await visitor.read();
      return visitor.notTyped;
    });
    assert.deepEqual(visitor.notTyped, { why: 'policy' });
  }
  assert.match(await attachedAndTyping(terminal), /Not typed: policy\.json on the machine/);
  await writePolicy(machine.data, { kinds: programs });
  await visitor.type('echo d$((3+3))e\r');
  await visitor.until('d6e');
  assert.ok(!visitor.seen.includes('b4c'));
  await machine.send('terminal-close', { terminal });
  const log = await sallyport('audit', 'ls', '--data', machine.data);
  assert.match(log, new RegExp(`channel-typed  refused  .*record=${terminal}`));
});

test('what ran on a machine that is offline stays listed as it was, says since when, and names nobody as in it', async () => {
  const { result } = await machine.send('terminal-open', args);
  const { terminal } = result as { terminal: string };
  const visitor = new Visitor(world.call, terminal, 'tab');
  const listed = async (what: RegExp) =>
    await eventually(async () => {
      await visitor.read(0);
      const line = (await sallyport('terminals')).split('\n').find((one) => one.includes(terminal)) ?? '';
      assert.match(line, what);
      return true;
    });
  await listed(new RegExp(`  running  .*${ada}$`));
  await machine.bridge().end();
  await listed(/ {2}offline, heard just now {2}.* {2}sh *$/);
  const { state } = await world.call<RecordItem>('GET', `/v1/machines/laptop/records/${terminal}`);
  assert.equal(state, 'running');
  await machine.startBridge();
  await listed(/ {2}running {2}/);
});
