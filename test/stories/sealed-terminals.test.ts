/** Sealed terminals and runs by the command line, with real processes: a pinned device reads and types, others do not, and what the relay keeps cannot be read. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { defaultPolicy } from '#contract/machine.ts';
import type { RecordItem } from '#contract/record.ts';
import { exitCodes } from '../../bridge/system/exit-codes.ts';
import { eventually } from '../kit/eventually.ts';
import { openMeddler } from '../kit/meddler.ts';
import { needs } from '../kit/parts.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import type { RelayKind } from '../kit/relay-processes.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

let world: World;
let laptop: MachineInWorld;

async function openSealingWorld(kind: RelayKind): Promise<void> {
  world = await openWorld({ kind });
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(
    join(data, 'policy.json'),
    JSON.stringify({ ...defaultPolicy, risks: { ...defaultPolicy.risks, execute: 'signed' } }),
  );
  laptop = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
  for (const device of ['desk', 'sofa']) await pin(device);
}

interface Typed extends AsyncDisposable {
  readonly child: ChildProcess;
  shown(): string;
  errors(): string;
  type(text: string): void;
  ended(): Promise<number | null>;
}

/** Where `sallyport` finds the relay: one that lies, where a test has set it. */
let through: string | undefined;

/** `sallyport` of a person, whose keys are in the folder of this name. */
function sallyport(device: string, ...args: readonly string[]): Typed {
  const [verb = '', ...rest] = args;
  const env = { ...cleanEnvironment(), SALLYPORT_URL: through ?? world.url, SALLYPORT_API_KEY: world.key };
  const words = ['bridge/main.ts', verb, '--data', join(world.folder, device), ...rest];
  const child = spawn(process.execPath, words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [shown, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    shown: () => shown,
    errors: () => errors,
    type: (text) => void child.stdin.write(text),
    ended: () => ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function pin(device: string): Promise<void> {
  await using own = sallyport(device, 'devices', 'own', '--json');
  await own.ended();
  const { publicKey } = JSON.parse(own.shown()) as { readonly publicKey: string };
  await using pinned = sallyport('bridge-laptop', 'devices', 'pin', publicKey, '--name', device);
  assert.equal(await pinned.ended(), 0, pinned.errors());
}

async function until(typed: Typed, what: string): Promise<void> {
  await eventually(() => {
    if (typed.shown().includes(what)) return true;
    throw new Error(`not shown: ${what}, but ${JSON.stringify(typed.shown())} ${typed.errors()}`);
  });
}

const records = async (kind: string) =>
  (await world.call<{ items: RecordItem[] }>('GET', `/v1/machines/laptop/records?kind=${kind}`)).items;

/** All bytes of the files of the relay, and of its Redis. */
async function kept(): Promise<string> {
  const folder = world.relay.redis?.folder ?? join(world.folder, 'relay');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = files.filter((file) => file.isFile());
  assert.ok(found.some(({ name }) => name.endsWith('-wal') || name.endsWith('.aof')));
  const texts = await Promise.all(found.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
  return texts.join('');
}

/** A text, and what it would be in base64 wherever it stood. */
function spellings(text: string): readonly string[] {
  const encoded = [0, 1, 2].map((at) =>
    Buffer.from('x'.repeat(at) + text)
      .toString('base64')
      .slice(at + 1, -4),
  );
  return [text, ...encoded];
}

for (const kind of ['sqlite', 'redis'] as const)
  suite(`sealed terminals of a relay on ${kind}`, { skip: kind === 'redis' && needs('redis-server') }, () => {
    before(() => openSealingWorld(kind));
    after(() => world?.[Symbol.asyncDispose]());

    test('a pinned command line opens a sealed terminal, types and sees; another pinned one attaches; the relay keeps nothing of it that can be read', async () => {
      const line = 'stty -echo; echo asking; read word; echo got-$word-back; read rest; exit 5';
      await using desk = sallyport(
        'desk',
        'open',
        'laptop',
        '--project',
        'shop',
        '--title',
        'openly',
        '--',
        'sh',
        '-c',
        line,
      );
      await until(desk, 'asking');
      desk.type('hunter2\r');
      await until(desk, 'got-hunter2-back');
      const [terminal] = await records('terminal');
      assert.equal(terminal?.seal, 'hpke-1');
      await using sofa = sallyport('sofa', 'attach', terminal.id);
      await until(sofa, 'got-hunter2-back');
      const plain = { producer: 'curl', seq: 1, inputs: ['exit\r'] };
      const refused = await world.call<{ code: string }>('POST', `/v1/records/${terminal.id}/inputs`, plain, 409);
      assert.equal(refused.code, 'channel-sealed');
      assert.match(
        desk.errors(),
        /^You meet laptop for the first time\. Run sallyport status there, and check that it shows this key: [0-9A-Z-]{29}\.$/m,
      );
      sofa.type('bye\r');
      assert.deepEqual([await desk.ended(), await sofa.ended()], [5, 5], desk.errors() + sofa.errors());
      const all = await kept();
      assert.ok(all.includes('openly'), 'the title is there to be found');
      for (const text of spellings('hunter2')) assert.ok(!all.includes(text), text);
    });

    test('a sealed terminal outlives its bridge and goes on for those who are in it, with what they typed meanwhile; what is written after one was unpinned is not for that one', async () => {
      const line = 'stty -echo; echo asking; while read word; do echo got-$word-back; done';
      await using desk = sallyport('desk', 'open', 'laptop', '--project', 'shop', '--', 'sh', '-c', line);
      await until(desk, 'asking');
      const terminal = (await records('terminal')).find(({ state }) => state === 'running');
      await using sofa = sallyport('sofa', 'attach', String(terminal?.id));
      await until(sofa, 'asking');
      // What is typed while it is away, and before the device has the new keys, is typed once.
      await laptop.bridge().end('SIGKILL');
      desk.type('one\r');
      const starting = laptop.startBridge();
      desk.type('two\r');
      await starting;
      for (const seat of [desk, sofa]) await until(seat, 'got-two-back');
      desk.type('end\r');
      await until(desk, 'got-end-back');
      assert.deepEqual(desk.shown().match(/got-\w+-back/g), ['got-one-back', 'got-two-back', 'got-end-back']);
      assert.doesNotMatch(desk.errors(), /Not typed/);
      await using own = sallyport('sofa', 'devices', 'own', '--json');
      await own.ended();
      const { fingerprint } = JSON.parse(own.shown()) as { readonly fingerprint: string };
      await using unpin = sallyport('bridge-laptop', 'devices', 'unpin', fingerprint);
      assert.equal(await unpin.ended(), 0, unpin.errors());
      desk.type('three\r');
      await until(desk, 'got-three-back');
      assert.notEqual(await sofa.ended(), 0);
      assert.match(sofa.errors(), /is not pinned on the machine/);
      assert.ok(!sofa.shown().includes('got-three-back'), sofa.shown());
      await pin('sofa');
    });

    test('a paste of 200,000 bytes reaches a sealed terminal whole and in order', async () => {
      const paste = Array.from({ length: 20_000 }, (_, at) => `${at}`.padStart(9, '0'))
        .join(' ')
        .slice(0, 199_999);
      const line = 'stty raw -echo; echo asking; head -c 199999 | sha256sum';
      await using desk = sallyport('desk', 'open', 'laptop', '--project', 'shop', '--', 'sh', '-c', line);
      await until(desk, 'asking');
      desk.type(paste);
      await until(desk, createHash('sha256').update(paste).digest('hex'));
      assert.equal(await desk.ended(), 0, desk.errors());
    });

    test('sallyport exec opens the output of a run that it has signed, as it comes and to its end, with the same exit code', async () => {
      const word = 'correct horse';
      const line = 'read a; printf "%s" "$a" | tr a-z A-Z; echo no >&2; sleep 1; echo; seq 200000; exit 7';
      await using run = sallyport('desk', 'exec', '--project', 'shop', '--stdin', '-c', line);
      run.child.stdin?.end(`${word}\n`);
      await until(run, 'CORRECT HORSE');
      assert.equal(await run.ended(), 7, run.errors());
      assert.equal(run.shown(), `CORRECT HORSE\n${Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join('')}`);
      assert.match(run.errors(), /^(You meet [^\n]*\n)?no\n$/);
      const all = await kept();
      assert.ok(all.includes(word), 'args are signed, and not hidden');
      for (const text of spellings(word.toUpperCase())) assert.ok(!all.includes(text), text);
    });

    if (kind === 'sqlite') lies();
  });

/** What a relay may say or leave out is no matter of its store. */
function lies(): void {
  test('a relay that leaves out the seal gets no key of a device that has met the machine, unless the person says so', async () => {
    const [terminal] = await records('terminal');
    const typed: string[] = [];
    await using liar = await openMeddler(world.url, ({ method, path, body, text }) => {
      if (method === 'POST' && path.includes('/inputs')) {
        typed.push(text());
        return { status: 200, headers: { 'content-type': 'application/json' }, answer: '{"position":1}' };
      }
      const isRecord = path.startsWith('/v1/machines/') && path.includes('/records/');
      return isRecord ? { body, answered: (told) => told.replace(/,"seal":"hpke-1"|"seal":"hpke-1",/, '') } : undefined;
    });
    through = liar.url;
    try {
      await using desk = sallyport('desk', 'attach', String(terminal?.id));
      desk.type('hunter2\r');
      assert.notEqual(await desk.ended(), 0);
      assert.match(desk.errors(), /laptop has sealed before, and this terminal comes without a seal/);
      assert.deepEqual([typed, desk.shown()], [[], '']);
      await using plain = sallyport('desk', 'attach', '--plain', String(terminal?.id));
      plain.type('known\r');
      await eventually(() => typed.join('').includes('known'));
      assert.match(plain.errors(), /^Not sealed: the relay reads what you type\./m);
    } finally {
      through = undefined;
    }
  });

  test('a terminal that the policy wants sealed, and that comes without keys, is not typed into by a device that is there for the first time', async () => {
    await pin('den');
    const typed: string[] = [];
    await using liar = await openMeddler(world.url, ({ path, body, text }) => {
      if (path.includes('/inputs')) typed.push(text());
      const answered = (told: string) => told.replace(/"key":\{"device":[^}]*\},|,"key":\{"device":[^}]*\}/, '');
      return path.includes('/commands') ? { body, answered } : undefined;
    });
    through = liar.url;
    try {
      await using den = sallyport('den', 'open', 'laptop', '--project', 'shop', '--plain', '--', 'cat');
      den.type('hunter2\r');
      const refusal = 'The policy of laptop wants terminals sealed, and this one came without a seal';
      await eventually(() => den.errors().includes(refusal));
      assert.notEqual(await den.ended(), 0);
      assert.deepEqual([typed, den.shown()], [[], '']);
    } finally {
      through = undefined;
    }
  });

  test('the machine’s own audit says which device has opened and attached', async () => {
    await using own = sallyport('sofa', 'devices', 'own', '--json');
    await own.ended();
    const { fingerprint } = JSON.parse(own.shown()) as { readonly fingerprint: string };
    await using audit = sallyport('bridge-laptop', 'audit', 'ls', '--json');
    assert.equal(await audit.ended(), 0, audit.errors());
    const entries = audit
      .shown()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { about: Record<string, string> });
    const terminals = await records('terminal');
    assert.ok(
      entries.some(
        ({ about }) =>
          about.kind === 'terminal-attach' &&
          terminals.some(({ id }) => id === about.terminal) &&
          about.signedBy === fingerprint,
      ),
      audit.shown(),
    );
  });

  test('a device that is not pinned opens and attaches to nothing, and hears what to do', async () => {
    await using guest = sallyport('guest', 'open', 'laptop', '--project', 'shop');
    assert.equal(await guest.ended(), exitCodes.refused);
    assert.match(guest.errors(), /is not pinned on the machine/);
    const [terminal] = await records('terminal');
    await using attached = sallyport('guest', 'attach', String(terminal?.id));
    assert.equal(await attached.ended(), exitCodes.refused);
    // The machine's words alone.
    assert.match(attached.errors(), /is not pinned on the machine \(signature-refused\)\. [^`()]*$/);
  });
}
