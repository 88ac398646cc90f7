/** Running commands on the machine, without a relay: what is allowed, where it runs, what it answers, and what becomes of it when the bridge or the keeper goes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import type { ResultItem } from '#contract/bridge.ts';
import type { CommandProblem } from '#contract/command.ts';
import { type CommandKindName, kinds as commandKinds, type ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import { sessionOfCommand } from '#contract/session-id.ts';
import { openKeys } from '../../bridge/cli/known-machines.ts';
import { openSealedChannel } from '../../bridge/cli/sealed-channel.ts';
import { runOutput } from '../../bridge/commands/kinds/run-output.ts';
import { openOwnKey } from '../../bridge/keys/device-key.ts';
import { writePins } from '../../bridge/keys/pins.ts';
import type { Sessions } from '../../bridge/sessions/sessions.ts';
import { eventually } from '../kit/eventually.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { endKeeper, testMachine } from '../kit/sessions.ts';

const kinds = { exec: 'allow', 'terminal-open': 'allow', 'terminal-close': 'allow' } as const;
const open: Policy = { ...defaultPolicy, kinds };
type Result = ResultOf<'exec'>;

let shop: Workshop;
before(async () => {
  shop = await openWorkshop(makeSmallProject);
});
after(async () => await shop[Symbol.asyncDispose]());

function resultOf(outcome: ResultItem | undefined): Result {
  assert.ok(outcome?.result, JSON.stringify(outcome));
  return outcome.result as Result;
}

function problemOf(outcome: ResultItem | undefined): CommandProblem {
  assert.ok(outcome?.problem, JSON.stringify(outcome));
  return outcome.problem as CommandProblem;
}

/** What a command comes to: its result, or state and code. */
async function run(args: Record<string, unknown>, policy = open, kind = 'exec') {
  shop.policy = policy;
  const { state, problem, result } = await shop.run(kind, { project: 'shop', ...args });
  const { code = '', detail = '' } = (problem ?? {}) as Partial<CommandProblem>;
  return { said: `${state} ${code}`.trim(), detail, ...(result as Result) };
}

test('exit code, stdout and stderr are told apart and exactly', async () => {
  const { said, exitCode, stdout, stderr, stdoutBytes, stderrBytes, truncated } = await run({
    argv: ['sh', '-c', 'echo a; echo b >&2; exit 7'],
  });
  assert.deepEqual(
    [said, exitCode, stdout, stderr, stdoutBytes, stderrBytes, truncated],
    ['done', 7, 'a\n', 'b\n', 2, 2, undefined],
  );
});

test('a line is for the shell, words are not; input, variables and folder are those given', async () => {
  await mkdir(join(shop.root, 'inner'), { recursive: true });
  assert.equal((await run({ command: 'printf %s "$0-$((6 * 7))"' })).stdout, 'sh-42');
  assert.equal((await run({ argv: ['printf', '%s', '$HOME *'] })).stdout, '$HOME *');
  assert.equal((await run({ argv: ['cat'], stdin: 'héllo' })).stdout, 'héllo');
  const { stdout } = await run({
    command: 'echo "$GREETING $SALLYPORT_KEY"; pwd',
    env: { GREETING: 'hi' },
    cwd: 'inner',
  });
  assert.equal(stdout, `hi \n${join(shop.root, 'inner')}\n`);
});

test('a signal is told by its name, and time that is over', async () => {
  assert.equal((await run({ command: 'kill -KILL $$' })).signal, 'SIGKILL');
  const late = await run({ command: 'echo begun; exec sleep 60', timeoutSeconds: 1 });
  assert.deepEqual([late.said, late.timedOut, late.signal, late.stdout], ['done', true, 'SIGTERM', 'begun\n']);
});

test('what is no UTF-8 comes as base64, and run-output reads all that a result left out', async () => {
  const binary = await run({ command: "printf '\\377\\000a'; printf plain >&2" });
  assert.equal(binary.encoding, 'base64');
  assert.deepEqual(Buffer.from(binary.stdout ?? '', 'base64'), Buffer.from([0xff, 0, 97]));
  assert.equal(Buffer.from(binary.stderr ?? '', 'base64').toString(), 'plain');
  const long = await run({ command: 'seq 100000' });
  assert.deepEqual([long.truncated, long.stdoutBytes], [true, 588_895]);
  assert.match(long.stdout ?? '', /^1\n2\n[\s\S]*bytes are left out[\s\S]*\n99999\n100000\n$/);
  let [text, offset, end] = ['', 0, false];
  while (!end) {
    const { result } = await shop.ask('run-output', { run: long.run, offset });
    const piece = result as ResultOf<'run-output'>;
    assert.ok(piece.text.length <= limits.runOutputPieceBytes);
    text += piece.text;
    ({ offset, end } = piece);
  }
  assert.equal(text, Array.from({ length: 100_000 }, (_, at) => `${at + 1}\n`).join(''));
});

test('a build that writes more than the machine keeps, and fails, shows its error and the end of what it wrote', async () => {
  const size = limits.runOutputBytesMax + 2_000_000;
  const loud = `head -c ${size} /dev/zero | tr '\\0' x; echo; echo last words; echo fatal >&2; exit 1`;
  const { run: id, ...failed } = await run({ argv: ['sh', '-c', loud] });
  assert.deepEqual([failed.exitCode, failed.stderr, failed.stderrBytes, failed.truncated], [1, 'fatal\n', 6, true]);
  const total = size + '\nlast words\n'.length;
  assert.equal(failed.stdoutBytes, total);
  const leftOut = total - limits.runResultHeadBytes - limits.runResultTailBytes;
  assert.match(failed.stdout ?? '', new RegExp(`^x+\\n\\[${leftOut} bytes are left out\\]\\nx+\\nlast words\\n$`));
  let [offset, end, bytes, holes] = [limits.runOutputBytesMax - 500_000, false, 0, 0];
  while (!end) {
    const { result } = await shop.ask('run-output', { run: id, offset });
    const piece = result as ResultOf<'run-output'>;
    bytes += piece.text.length;
    holes += piece.skipped ?? 0;
    assert.equal(piece.offset, offset + (piece.skipped ?? 0) + piece.text.length);
    ({ offset, end } = piece);
  }
  assert.deepEqual([offset, bytes], [total, 500_000 + limits.runResultTailBytes]);
  assert.equal(holes, total - limits.runOutputBytesMax - limits.runResultTailBytes);
});

test('the default policy refuses everything that runs a program', async () => {
  assert.equal((await run({ argv: ['true'] }, defaultPolicy)).said, 'refused policy-refused');
  const terminal = await run({ cols: 80, rows: 24 }, defaultPolicy, 'terminal-open');
  assert.equal(terminal.said, 'refused policy-refused');
  const byProject = { ...defaultPolicy, projects: { shop: 'allow' } } as const;
  assert.equal((await run({ argv: ['true'] }, byProject)).said, 'refused policy-refused');
});

test('a named command runs by these words alone: not with others, not by the shell, not with another PATH', async () => {
  const named: Policy = { ...defaultPolicy, commands: [{ argv: ['echo', 'hi'], verdict: 'allow' }] };
  assert.equal((await run({ argv: ['echo', 'hi'] }, named)).stdout, 'hi\n');
  for (const other of [
    { argv: ['echo', 'hi', 'there'] },
    { argv: ['echo'] },
    { command: 'echo hi' },
    { argv: ['echo', 'hi'], env: { PATH: '/tmp' } },
    { argv: ['echo', 'hi'], stdin: 'x' },
    { argv: ['echo', 'hi'], cwd: 'inner' },
  ])
    assert.equal((await run(other, named)).said, 'refused policy-refused', JSON.stringify(other));
});

/** What a pinned phone asks of a machine that wants everything signed; `sealing`: whether the relay lists its sealing key. */
async function openSignedShop() {
  const kinds = { exec: 'signed', 'terminal-open': 'signed', 'terminal-attach': 'signed' } as const;
  const policy: Policy = { ...open, kinds: { ...open.kinds, ...kinds } };
  await mkdir(join(shop.folder, 'phone'), { recursive: true });
  const phone = await openOwnKey(join(shop.folder, 'phone'));
  const { publicKey, fingerprint } = phone;
  await writePins(shop.folder, [{ publicKey, fingerprint, name: 'phone', machine: testMachine, pinnedAt: 'today' }]);
  const { sealingKey, proof } = await phone.sealing();
  const listed = { publicKey, fingerprint, sealingKey, proof, name: 'phone', person: 'person-one', createdAt: 'today' };
  shop.deviceKeys = [listed];
  const send = async (kind: CommandKindName, given: Record<string, unknown>) => {
    shop.policy = policy;
    const args = v.parse(commandKinds[kind].args, given) as Record<string, unknown>;
    const signature = phone.sign({ machine: testMachine, kind, args, expiresAt: Date.now() + 60_000 });
    const command = delivered(kind, args, { args, signature });
    const { state, problem, result } = await shop.run(kind, args, command);
    const { code = '' } = (problem ?? {}) as Partial<CommandProblem>;
    return { said: `${state} ${code}`.trim(), id: command.id, nonce: signature.nonce, ...(result as object) } as {
      said: string;
      id: string;
      nonce: string;
      terminal?: string;
      key?: WrappedKeys;
    } & Partial<Result>;
  };
  return { phone, listed, policy, send };
}

test('where terminals are to be signed, the device that signs gets the keys, and others get none', async () => {
  const { phone, listed, policy, send } = await openSignedShop();
  const args = { project: 'shop', cols: 80, rows: 24, argv: ['cat'] };
  assert.equal((await run(args, policy, 'terminal-open')).said, 'refused signature-needed');
  const { terminal = '', key, said, nonce } = await send('terminal-open', args);
  assert.deepEqual([said, key?.device], ['done', phone.fingerprint]);
  assert.ok(key);
  const { unwrapKeys } = await import('#contract/key-wrapping.ts');
  const { pair } = await phone.sealing();
  const own = await unwrapKeys(pair, { channel: terminal, nonce }, key);
  await assert.rejects(unwrapKeys(pair, { channel: 'another-terminal', nonce }, key));
  const again = await send('terminal-attach', { terminal });
  assert.ok(again.key && again.key.attach !== key.attach);
  await assert.rejects(unwrapKeys(pair, { channel: terminal, nonce: again.nonce }, key));
  const second = await unwrapKeys(pair, { channel: terminal, nonce: again.nonce }, again.key);
  assert.deepEqual(second.out, own.out);
  assert.notDeepEqual(second.in, own.in);
  // A policy that allows attaching opens no sealed terminal to somebody who has not signed.
  shop.policy = { ...open, kinds: { ...open.kinds, 'terminal-attach': 'allow' } };
  assert.equal(problemOf(await shop.run('terminal-attach', { terminal })).code, 'signature-needed');
  shop.deviceKeys = [{ ...listed, sealingKey: phone.publicKey }];
  assert.equal((await send('terminal-attach', { terminal })).said, 'failed sealing-key-missing');
  shop.deviceKeys = [];
  assert.equal((await send('terminal-open', args)).said, 'failed sealing-key-missing');
  await shop.sessions.close(terminal);
});

test('the output of a run that was signed is in its result nowhere, and read by who has attached', async () => {
  const { phone, send } = await openSignedShop();
  const { said, run: id = '', ...result } = await send('exec', { project: 'shop', command: 'echo secret; exit 3' });
  assert.deepEqual(
    [said, result.exitCode, result.stdoutBytes, result.stdout, result.stderr, result.sealed],
    ['done', 3, 7, undefined, undefined, true],
  );
  const attach = async () => {
    const { key, nonce } = await send('terminal-attach', { terminal: id });
    assert.ok(key);
    return await openKeys(phone, { id: testMachine, name: 'laptop' }, { channel: id, nonce }, key);
  };
  const channel = openSealedChannel(id, await attach(), attach);
  shop.policy = open;
  const { result: answer } = await shop.ask('run-output', { run: id });
  const { text, sealed } = answer as ResultOf<'run-output'>;
  assert.ok(sealed);
  assert.deepEqual([text, JSON.stringify(answer).includes('secret')], ['', false]);
  const opened = (await channel.piece(sealed)) as { readonly text: string; readonly from: number };
  assert.deepEqual([opened.text, opened.from], ['secret\n', 0]);
});

test('an answer about a sealed run that is forgotten while it is read is not in the clear', async () => {
  const { send } = await openSignedShop();
  const { run: id = '' } = await send('exec', { project: 'shop', command: 'echo secret' });
  let isForgotten = false;
  const sessions: Sessions = {
    ...shop.sessions,
    output: async (...asked) => {
      isForgotten = true;
      return await shop.sessions.output(...asked);
    },
    pieceSeal: (run) => (isForgotten ? undefined : shop.sessions.pieceSeal(run)),
  };
  const args = v.parse(commandKinds['run-output'].args, { run: id });
  const answer = await runOutput(args, { sessions } as Parameters<typeof runOutput>[1]);
  assert.deepEqual([answer.text, answer.sealed === undefined], ['', false]);
  shop.policy = open;
});

test('an exec that is not signed is refused where the policy wants one', async () => {
  const exec = await run({ argv: ['true'] }, { ...open, kinds: { exec: 'signed' } });
  assert.equal(exec.said, 'refused signature-needed');
});

test('a project that is called as the id of another lends it no verdict', async () => {
  const { id } = shop.project();
  shop.projects = [{ ...shop.project(), id: 'decoy', name: id }, shop.project()];
  const strict: Policy = { ...open, projects: { shop: 'refuse' } };
  try {
    assert.equal((await run({ project: id, argv: ['true'] }, strict)).said, 'refused policy-refused');
  } finally {
    shop.projects = [shop.project()];
  }
});

test('the home folder is allowed apart', async () => {
  const refused = await run({ project: undefined, command: 'pwd' });
  assert.equal(refused.said, 'refused policy-refused');
  assert.match(refused.detail, /"home": true/);
  assert.equal((await run({ project: undefined, command: 'pwd' }, { ...open, home: true })).stdout, `${homedir()}\n`);
});

test('it starts in a folder of the project, and in no other', async () => {
  await symlink('/tmp', join(shop.root, 'out'));
  await writeFile(join(shop.root, 'file'), '');
  assert.equal((await run({ argv: ['pwd'], cwd: 'out' })).said, 'failed path-refused');
  assert.equal((await run({ argv: ['pwd'], cwd: 'file' })).said, 'failed path-refused');
  assert.equal((await run({ argv: ['pwd'], cwd: 'gone' })).said, 'failed cwd-unavailable');
  assert.equal((await run({ argv: ['pwd'], cwd: '../shop' })).said, 'failed args-invalid');
});

test('a program that is not there is said', async () => {
  assert.equal((await run({ argv: ['no-such-program'] })).said, 'failed program-not-found');
});

test('a shell that is not there is said, and a command that is for sh runs without it', async () => {
  const { SHELL } = process.env;
  process.env.SHELL = '/no/such/shell';
  try {
    const opened = await run({ cols: 80, rows: 24 }, open, 'terminal-open');
    assert.equal(opened.said, 'failed program-not-found');
    assert.match(opened.detail, /no\/such\/shell/);
    assert.equal((await run({ command: 'echo there' })).stdout, 'there\n');
  } finally {
    process.env.SHELL = SHELL;
    if (SHELL === undefined) delete process.env.SHELL;
  }
});

test('a cancellation stops what runs, and the result says so (C15)', async () => {
  const command = delivered('exec', { project: 'shop', command: 'echo begun; exec sleep 60' });
  shop.policy = open;
  await shop.executor.accept([command]);
  await eventually(async () => {
    const { bytes } = await shop.sessions.output(shop.sessions.idOf(command.id), 'out', 0, 10);
    return bytes.length > 0;
  });
  shop.executor.cancel([command.id]);
  await shop.executor.idle();
  const outcome = shop.executor.results().find(({ id }) => id === command.id);
  const { stopped, signal, stdout } = resultOf(outcome);
  assert.deepEqual([outcome?.state, stopped, signal, stdout], ['done', true, 'SIGTERM', 'begun\n']);
});

test('the same id of a command is another run on another machine, and its output another channel', async () => {
  shop.policy = open;
  const command = { id: 'nightly-1' };
  const here = resultOf(await shop.run('exec', { project: 'shop', argv: ['true'] }, command)).run;
  const onMachine = (machine: string) =>
    sessionOfCommand(machine, command.id, (text) => createHash('sha256').update(text).digest('hex'));
  assert.equal(here, onMachine(testMachine));
  assert.notEqual(here, onMachine('machine-two'));
});

test('one run too many is refused with the list of those that run, each with its id', async () => {
  shop.policy = open;
  const many = Array.from({ length: limits.runsPerMachineMax }, (_, at) =>
    delivered('exec', { project: 'shop', command: `: number ${at}; exec sleep 60` }),
  );
  await shop.executor.accept(many);
  await eventually(() => shop.sessions.running().runs.length === many.length);
  const one = delivered('exec', { project: 'shop', argv: ['true'] });
  await shop.executor.accept([one]);
  const refused = await eventually(() => shop.executor.results().find(({ id }) => id === one.id));
  const { code, detail } = refused.problem as CommandProblem;
  assert.deepEqual([refused.state, code], ['failed', 'too-many-runs']);
  const all = many.map(({ id }, at) => `${shop.sessions.idOf(id)} (: number ${at}; exec sleep 60)`);
  assert.deepEqual(detail?.replace('These run: ', '').split(' · ').toSorted(), all.toSorted());
  shop.executor.cancel(many.map(({ id }) => id));
  await shop.executor.idle();
});

test('the machine’s own audit log has each command line with its exit code', async () => {
  await run({ argv: ['sh', '-c', 'exit 3', 'secret word'] });
  const lines = (await readFile(join(shop.folder, 'audit.jsonl'), 'utf8')).trim().split('\n');
  const { about } = JSON.parse(lines.at(-1) ?? '') as { about: Record<string, string> };
  const { argv, exitCode, kind, project } = about;
  assert.deepEqual([argv, exitCode, kind, project], ['["sh","-c","exit 3","secret word"]', '3', 'exec', 'shop']);
});

test('the machine’s own audit log says at both ends of a terminal what ran in it, also a login shell, and how it ended, also by itself', async () => {
  const ofTerminal = async (argv: object) => {
    const { terminal } = (await run({ cols: 80, rows: 24, ...argv }, open, 'terminal-open')) as unknown as {
      terminal: string;
    };
    if (!('argv' in argv)) await shop.run('terminal-close', { terminal });
    return await eventually(async () => {
      const lines = (await readFile(join(shop.folder, 'audit.jsonl'), 'utf8')).trim().split('\n');
      const entries = lines.map((line) => JSON.parse(line) as { action: string; about: Record<string, string> });
      const own = entries.filter(({ about }) => about.record === terminal);
      const aboutOf = (action: string) => own.find((entry) => entry.action === action)?.about;
      const [opened, ended] = [aboutOf('command-ended'), aboutOf('program-ended')];
      return opened && ended && { opened, ended };
    });
  };
  const argv = ['sh', '-c', 'exit 3'];
  const line = await ofTerminal({ argv });
  const words = JSON.stringify(argv);
  assert.deepEqual([line.opened.argv, line.ended.argv, line.ended.exitCode], [words, words, '3']);
  const shell = await ofTerminal({});
  assert.match(shell.ended.argv ?? '', /^\["[^"]+","-l"\]$/);
  assert.equal(shell.opened.argv, shell.ended.argv);
  await run({ cols: 80, rows: 24, cwd: 'no-such-folder' }, open, 'terminal-open');
  const lines = (await readFile(join(shop.folder, 'audit.jsonl'), 'utf8')).trim().split('\n');
  const { about } = JSON.parse(lines.at(-1) ?? '') as { about: Record<string, string> };
  assert.deepEqual([about.cwd, about.argv], ['no-such-folder', undefined]);
});

/** A workshop in which a run goes on when its bridge is gone. */
async function leftBehind(line: string) {
  const gone = await openWorkshop(makeSmallProject);
  gone.policy = open;
  const command = delivered('exec', { project: 'shop', command: line });
  await gone.executor.accept([command]);
  await eventually(
    async () => (await gone.sessions.output(gone.sessions.idOf(command.id), 'out', 0, 10)).bytes.length > 0,
  );
  // As a kill ends it: nobody hears of the run any more.
  await gone.sessions[Symbol.asyncDispose]();
  return { gone, command };
}

test('a bridge that starts again adopts what runs and tells its true end, also when the command has expired and the policy refuses it now (C15)', async () => {
  const { gone, command } = await leftBehind('echo begun; sleep 1; echo done; exit 5');
  await using _ = gone;
  gone.now = command.expiresAt + 60_000;
  gone.policy = defaultPolicy;
  const outcome = await gone.recover(command.id);
  const { exitCode, stdout } = resultOf(outcome);
  assert.deepEqual([outcome?.state, exitCode, stdout], ['done', 5, 'begun\ndone\n']);
});

test('what ran when the keeper was lost is interrupted, and not begun again', async () => {
  const { gone, command } = await leftBehind(`echo x >> ran; echo begun; exec sleep 60`);
  await using _ = gone;
  await endKeeper(gone.folder);
  const outcome = await gone.recover(command.id);
  assert.equal(`${outcome?.state} ${problemOf(outcome).code}`, 'interrupted interrupted');
  // The bridge has not stopped, and no document was to be changed.
  assert.doesNotMatch(JSON.stringify(problemOf(outcome)), /bridge|document/);
  assert.equal(await readFile(join(gone.root, 'ran'), 'utf8'), 'x\n');
});

test('killed between the note and the start: interrupted, and not begun late', async () => {
  await using gone = await openWorkshop(makeSmallProject);
  const command = delivered('exec', { project: 'shop', command: 'echo x > ran' });
  await gone.journal.received([command]);
  await gone.journal.started(command.id);
  const outcome = await gone.recover(command.id);
  assert.equal(outcome?.state, 'interrupted');
  await assert.rejects(readFile(join(gone.root, 'ran')));
});

test('a terminal is opened, renamed by its rev, and closed', async () => {
  const titles = () => shop.sessions.running().terminals.map(({ title }) => title);
  const { said, terminal } = (await run({ cols: 80, rows: 24, argv: ['cat'] }, open, 'terminal-open')) as unknown as {
    said: string;
    terminal: string;
  };
  assert.equal(said, 'done');
  assert.deepEqual(titles(), ['cat']);
  const recordings = join(shop.folder, 'recordings');
  await eventually(async () => (await readdir(recordings)).includes(`${terminal}.cast`));
  const stale = await shop.run('terminal-rename', { terminal, title: 'mine' }, { ifRev: 'f'.repeat(64) });
  assert.equal(stale.state, 'conflict');
  const { currentRev } = stale.problem as CommandProblem;
  const renamed = await shop.run('terminal-rename', { terminal, title: 'mine' }, { ifRev: currentRev ?? '' });
  assert.equal(renamed.state, 'done');
  assert.deepEqual(titles(), ['mine']);
  const closed = await shop.run('terminal-close', { terminal });
  assert.deepEqual([closed.state, closed.result], ['done', { signal: 'SIGHUP' }]);
  const again = await shop.run('terminal-close', { terminal });
  assert.deepEqual([again.state, again.result], ['done', { signal: 'SIGHUP' }]);
  const unknown = await shop.run('terminal-close', { terminal: 'nothing-of-that' });
  assert.equal((unknown.problem as CommandProblem).code, 'record-unknown');
});

test('what is done to a terminal is not done to a run, nor the other way round', async () => {
  const { run: ended } = (await run({ argv: ['true'] })) as unknown as { run: string };
  const { terminal } = (await run({ cols: 80, rows: 24, argv: ['cat'] }, open, 'terminal-open')) as unknown as {
    terminal: string;
  };
  const ifRev = 'f'.repeat(64);
  const asked = [
    await shop.run('terminal-close', { terminal: ended }),
    await shop.run('terminal-rename', { terminal: ended, title: 'mine' }, { ifRev }),
  ];
  for (const { problem } of asked) assert.equal((problem as CommandProblem | undefined)?.code, 'record-unknown');
  await assert.rejects(shop.sessions.output(terminal, 'out', 0, 10), { code: 'record-unknown' });
  await assert.rejects(shop.sessions.recording(ended, 0, 10), { code: 'record-unknown' });
  await shop.run('terminal-close', { terminal });
});

test('a terminal leaves no recording where the owner wants none', async () => {
  const policy = { ...open, record: false };
  const words = ['sh', '-c', 'echo secret'];
  const { said, terminal } = (await run({ cols: 80, rows: 24, argv: words }, policy, 'terminal-open')) as unknown as {
    said: string;
    terminal: string;
  };
  assert.equal(said, 'done');
  await eventually(() => shop.sessions.running().terminals.length === 0);
  await assert.rejects(readFile(join(shop.folder, 'recordings', `${terminal}.cast`)), { code: 'ENOENT' });
});
