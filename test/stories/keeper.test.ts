/** The keeper with real processes: what runs in it outlives the bridge, is read without a gap, typed into once, and ends when it is closed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { keeperEnvironment, keeperProgram } from '../../bridge/keeper/begin.ts';
import { findKeepers } from '../../bridge/keeper/client.ts';
import { connectKeeper } from '../../bridge/keeper/connection.ts';
import type { Chunk, Keeper } from '../../bridge/keeper/keeper.ts';
import { type ChildWanted, KeeperRefusal } from '../../bridge/keeper/keeper.ts';
import { keeperFolder, readPlace } from '../../bridge/keeper/place.ts';
import { protocolBefore } from '../../bridge/keeper/wire.ts';
import { isAlive } from '../../bridge/system/is-alive.ts';
import { eventually } from '../kit/eventually.ts';
import { ended, type KeeperGround, openKeeperGround, outputOf, screenWith } from '../kit/keeper.ts';
import { runProgram } from '../kit/run-program.ts';

const skip = process.platform === 'win32';
const stack = new AsyncDisposableStack();
let ground: KeeperGround;
before(async () => {
  ground = stack.use(await openKeeperGround());
});
after(() => stack.disposeAsync());

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a bridge that is killed and a terminal that is closed take nothing with them: output goes on, and each byte is read once', {
  skip,
}, async () => {
  await using own = await openKeeperGround();
  const { keeper, line } = own;
  // A bridge of its own, begun in a session that then hangs up.
  const module = join(import.meta.dirname, '../../bridge/keeper/client.ts');
  const wanted = line(
    'build',
    'pipes',
    'n=0; while [ $n -lt 200 ]; do n=$((n+1)); echo $n; [ $n != 100 ] || sleep 0.3; done',
  );
  const code = `
    const { openKeeper } = await import(${JSON.stringify(module)});
    const keeper = openKeeper({ dataFolder: ${JSON.stringify(own.dataFolder)}, log: { info() {} }, env: process.env });
    await keeper.start(${JSON.stringify(wanted)});
    console.log('started');
    setInterval(() => {}, 1000);`;
  const bridge = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await once(bridge.stdout, 'data');
  const first: number[] = [];
  let position = 0;
  const following = keeper.follow('build', 0, (chunk) => {
    position = chunk.position;
    first.push(...chunk.text.trim().split('\n').map(Number));
  });
  await eventually(() => first.length > 50);
  following[Symbol.dispose]();
  await assert.rejects(following.ended, { code: 'stopped' });
  const pid = (await own.pid()) ?? 0;
  process.kill(-(bridge.pid ?? 0), 'SIGKILL');
  process.kill(pid, 'SIGHUP');
  const { out, end } = await outputOf(own.again(), 'build', position);
  assert.deepEqual(
    [...first, ...out.toString().trim().split('\n').map(Number)],
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
  assert.equal(end.code, 0);
  assert.equal(await own.pid(), pid);
});

test('two bridges that need a keeper at once begin one, which others cannot reach, and which ends by itself after its last child', {
  skip,
}, async () => {
  await using own = await openKeeperGround({ lingerMs: 200 });
  const other = own.again();
  assert.deepEqual(await findKeepers(own.dataFolder), []);
  assert.deepEqual(await own.keeper.children(), []);
  const started = await Promise.all([
    own.keeper.start(own.line('one', 'pipes', 'echo one')),
    other.start(own.line('two', 'pipes', 'echo two')),
    // The same wish again starts nothing.
    other.start(own.line('one', 'pipes', 'echo one')),
  ]);
  assert.equal(new Set(started.map(({ pid }) => pid)).size, 2);
  const [found] = await findKeepers(own.dataFolder);
  assert.equal(found?.hello.protocol, 1);
  assert.deepEqual(found?.children.map(({ id }) => id).toSorted(), ['one', 'two']);
  const { address, pid } = readPlace(keeperFolder(own.dataFolder)) ?? { address: '', pid: 0 };
  assert.equal((await stat(address)).mode & 0o777, 0o600);
  assert.equal((await stat(join(own.dataFolder, 'keeper-1/keeper.json'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(own.dataFolder, 'keeper-1'))).mode & 0o777, 0o700);
  for (const id of ['one', 'two']) await ended(other, id);
  for (const id of ['one', 'two']) await other.forget(id);
  await eventually(() => !isRunning(pid));
  // One that lost the race and came up late ends in the same way.
  await eventually(async () => (await findKeepers(own.dataFolder)).length === 0);
  // The next wish begins another one, by a client that knew the first.
  assert.equal((await own.keeper.start(own.line('three', 'pipes', 'echo three'))).isNew, true);
});

test('who asks what runs at the moment in which a keeper ends hears that nothing does, and of no trouble', {
  skip,
}, async () => {
  await using own = await openKeeperGround({ lingerMs: 100 });
  for (let round = 0; round < 5; round++) {
    await own.keeper.start(own.line('one', 'pipes', 'echo one'));
    const pid = (await own.pid()) ?? 0;
    await ended(own.keeper, 'one');
    await own.keeper.forget('one');
    while (isRunning(pid)) {
      const asked = [own.keeper.children(), findKeepers(own.dataFolder), own.keeper.forget('another')];
      await Promise.all(asked);
      await new Promise((turn) => setImmediate(turn));
    }
    assert.deepEqual(await own.keeper.children(), []);
  }
});

test('what runs in a keeper of the release before goes on after an update, and what is new gets a keeper of its own', {
  skip,
}, async () => {
  await using own = await openKeeperGround();
  // As the bridge of that release begins it, and starts a terminal in it.
  const words = [...keeperProgram(), '--data', own.dataFolder, `--protocol=${protocolBefore}`, '--linger-ms=2000'];
  const old = spawn(process.execPath, words, { env: keeperEnvironment(process.env), stdio: 'ignore' });
  {
    const before = { spoken: protocolBefore };
    using bridge = await eventually(() => connectKeeper(own.dataFolder, before).catch(() => undefined));
    await bridge.ask('start', own.line('old', 'pty', 'stty -echo; echo ready; cat'));
  }
  const { keeper } = own;
  const ids = async () => (await keeper.children()).map(({ id }) => id);
  assert.deepEqual(await ids(), ['old']);
  await screenWith(keeper, 'old', 'ready');
  await keeper.start(own.line('new', 'pipes', 'echo new'));
  assert.deepEqual(await ids(), ['old', 'new']);
  const pids = (await findKeepers(own.dataFolder)).map(({ hello }) => hello.pid);
  assert.deepEqual(pids, [await own.pid(), old.pid]);
  let typed = '';
  const following = keeper.follow('old', 0, ({ text }) => {
    typed += text;
  });
  assert.equal((await keeper.input('old', 1, 'typed\r')).isApplied, true);
  await eventually(() => typed.includes('typed'));
  assert.equal((await outputOf(keeper, 'new')).out.toString(), 'new\n');
  assert.equal((await keeper.close('old')).signal, 'SIGHUP');
  await following.ended;
  await keeper.forget('old');
  assert.deepEqual(await ids(), ['new']);
  await eventually(() => old.exitCode === 0);
});

test('a keeper of a later protocol is left alone, and one that was killed is said and replaced', { skip }, async () => {
  await using own = await openKeeperGround();
  const foreign = join(own.dataFolder, 'keeper-2/keeper.json');
  await mkdir(join(own.dataFolder, 'keeper-2'), { recursive: true });
  await writeFile(foreign, '{"address":"elsewhere","key":"k","pid":1}');
  await own.keeper.start(own.line('lost', 'pty', 'sleep 60'));
  const following = own.keeper.follow('lost', 0, () => undefined);
  process.kill((await own.pid()) ?? 0, 'SIGKILL');
  await assert.rejects(following.ended, { code: 'keeper-gone' });
  await own.keeper.start(own.line('next', 'pipes', 'echo next'));
  assert.equal((await outputOf(own.keeper, 'next')).out.toString(), 'next\n');
  assert.deepEqual(
    (await own.keeper.children()).map(({ id }) => id),
    ['next'],
  );
  assert.equal(await readFile(foreign, 'utf8'), '{"address":"elsewhere","key":"k","pid":1}');
});

test('a keeper whose data folder is removed ends, and its children with it', { skip }, async () => {
  await using ground = await openKeeperGround();
  const { keeper, line, dataFolder } = ground;
  const { pid } = await keeper.start(line('sleeper', 'pty', 'exec sleep 600'));
  const keeping = await ground.pid();
  await rm(dataFolder, { recursive: true });
  await eventually(() => !isAlive(pid) && !isAlive(keeping ?? 0), { timeoutMs: 20_000 });
});

test('a keeper that hangs is said within a deadline, and what it starts afterwards is closed', { skip }, async () => {
  await using own = await openKeeperGround();
  await own.keeper.start(own.line('there', 'pipes', 'sleep 600'));
  const hasty = own.again(300);
  await hasty.children();
  const pid = (await own.pid()) ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    await assert.rejects(hasty.start(own.line('late', 'pipes', 'sleep 600')), { code: 'keeper-gone' });
    await assert.rejects(hasty.children(), { code: 'keeper-gone' });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  assert.equal((await ended(own.keeper, 'late')).end?.signal, 'SIGHUP');
  assert.equal((await own.keeper.children())[0]?.end, undefined);
});

test('sallyport status names the keeper with what runs in it', { skip }, async () => {
  const { keeper, line, dataFolder } = ground;
  await keeper.start(line('named', 'pty', 'sleep 60'));
  const status = async (...args: string[]) =>
    (await runProgram('bridge/main.ts', ['status', '--data', dataFolder, ...args], {}, dataFolder)).stdout;
  const pid = await ground.pid();
  const shown = await status();
  assert.match(shown, new RegExp(`^keeper: process ${pid}, version [\\d.]+, \\d+ terminals and runs$`, 'm'));
  assert.match(shown, /^ {2}terminal +process \d+ +began just now +\/bin\/sh -c sleep 60$/m);
  const { children } = JSON.parse(await status('--json')).keeper;
  assert.ok(children.some(({ id }: { id: string }) => id === 'named'));
  // A second keeper of this folder ends at once.
  const second = await runProgram('bridge/main.ts', ['keeper', '--data', dataFolder], {}, dataFolder);
  assert.match(second.stderr, new RegExp(`A keeper runs already \\(process ${pid}\\)`));
  await keeper.close('named');
});

test('what is typed twice is typed once; a terminal has its size, and its end', { skip }, async () => {
  const { keeper, line } = ground;
  await keeper.start(
    line(
      'typed',
      'pty',
      'stty -echo; echo ready; while read x; do [ "$x" = end ] && exit 7; stty size; echo "<$x>"; done',
    ),
  );
  await screenWith(keeper, 'typed', 'ready');
  await keeper.resize('typed', 100, 30);
  const answers = await Promise.all([
    keeper.input('typed', 1, 'once\r'),
    keeper.input('typed', 1, 'once\r'),
    ground.again().input('typed', 1, 'once\r'),
  ]);
  assert.equal(answers.filter(({ isApplied }) => isApplied).length, 1);
  await keeper.input('typed', 5, 'two\r');
  assert.deepEqual(await keeper.input('typed', 4, 'late\r'), { isApplied: false });
  await keeper.input('typed', 6, 'end\r');
  const { out, end } = await outputOf(keeper, 'typed');
  assert.equal(out.toString(), 'ready\r\n30 100\r\n<once>\r\n30 100\r\n<two>\r\n');
  assert.equal(end.code, 7);
  await assert.rejects(keeper.input('typed', 7, 'x'), { code: 'child-ended' });
  const child = (await keeper.children()).find(({ id }) => id === 'typed');
  assert.deepEqual([child?.input, child?.cols, child?.rows], [6, 100, 30]);
  assert.match((await keeper.screen('typed')).text, /<two>/);
});

test('stdout and stderr are apart, in files of their own, and a run ends although it leaves a process behind', {
  skip,
}, async () => {
  const { keeper, line, dataFolder } = ground;
  const outputFiles = { out: join(dataFolder, 'runs/apart.out'), err: join(dataFolder, 'runs/apart.err') };
  const text = 'echo a; echo b >&2; cat; sleep 300 & echo $! >&2; exit 7';
  await keeper.start(line('apart', 'pipes', text, { stdin: Buffer.from('given'), outputFiles }));
  const { out, err, end } = await outputOf(keeper, 'apart');
  const [, left] = /^b\n(\d+)\n$/.exec(err.toString()) ?? [];
  assert.deepEqual([out.toString(), end.code], ['a\ngiven', 7]);
  assert.equal(await readFile(outputFiles.out, 'utf8'), 'a\ngiven');
  assert.equal(await readFile(outputFiles.err, 'utf8'), err.toString());
  for (const file of Object.values(outputFiles)) assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.ok(isRunning(Number(left)));
  process.kill(Number(left), 'SIGKILL');
  await keeper.start(line('killed', 'pipes', 'kill -TERM $$'));
  assert.equal((await outputOf(keeper, 'killed')).end.signal, 'SIGTERM');
});

test('a reader that is slow or away holds up nobody: what has left the ring and what found no room are told', {
  skip,
}, async () => {
  const { keeper, line, dataFolder } = ground;
  const outputFiles = { out: join(dataFolder, 'runs/flood.out'), err: join(dataFolder, 'runs/flood.err') };
  const size = limits.runOutputBytesMax + 5_000_000;
  const flood = `head -c ${size - 4} /dev/zero | tr '\\0' x; echo end; echo error >&2`;
  await keeper.start(line('flood', 'pipes', flood, { outputFiles }));
  const { promise: free, resolve } = Promise.withResolvers<void>();
  const pieces: { skipped: number; bytes: number; position: number }[] = [];
  const following = keeper.follow('flood', 0, async ({ skipped, bytes, position }) => {
    pieces.push({ skipped, bytes: bytes.length, position });
    await free;
  });
  const child = await ended(keeper, 'flood');
  // The reader has had one piece by now.
  assert.equal(pieces.length, 1);
  resolve();
  await following.ended;
  assert.equal(
    pieces.reduce((sum, { skipped, bytes }) => sum + skipped + bytes, 0),
    size + 6,
  );
  assert.equal(pieces.filter(({ skipped }) => skipped > 0).length, 1);
  assert.ok(pieces.reduce((sum, { bytes }) => sum + bytes, 0) <= limits.keeperRingBytes + 512 * 1024);
  assert.deepEqual(child.bytes, { out: size, err: 6 });
  // Each stream has room of its own; of the longer one the beginning is kept, and the end.
  assert.equal((await stat(outputFiles.out)).size, limits.runOutputBytesMax);
  const tail = await readFile(`${outputFiles.out}-end`, 'utf8');
  assert.equal(tail, `${'x'.repeat(limits.runResultTailBytes - 4)}end\n`);
  assert.equal((await stat(`${outputFiles.out}-end`)).mode & 0o777, 0o600);
  assert.equal(await readFile(outputFiles.err, 'utf8'), 'error\n');
  assert.equal(child.dropped, size - limits.runOutputBytesMax - tail.length);
});

test('a run waits for the bridge that carries its output, so that nothing is missing, and not for one that is gone', {
  skip,
}, async () => {
  const { keeper, line, again } = ground;
  const size = 2 * limits.keeperRingBytes;
  const flood = `head -c ${size} /dev/zero | tr '\\0' x`;
  const aheadMax = 256 * 1024;
  const started = async (id: string, reader: Keeper) => {
    const { promise: free, resolve: resolveFree } = Promise.withResolvers<void>();
    let [bytes, skipped] = [0, 0];
    await keeper.start(line(id, 'pipes', flood));
    const take = async (chunk: Chunk) => {
      await free;
      bytes += chunk.bytes.length;
      skipped += chunk.skipped;
    };
    const following = reader.follow(id, 0, take, { aheadMax });
    const child = async () => (await keeper.children()).find((one) => one.id === id);
    let before = -1;
    // It stands once it is so far ahead, with what the pipe and the reader's window hold.
    await eventually(async () => {
      const position = (await child())?.position ?? 0;
      const stands = position === before && position >= aheadMax;
      before = position;
      return stands;
    });
    assert.ok(before < 1024 * 1024 && (await child())?.end === undefined, `${before} bytes`);
    return { following, resolveFree, told: () => ({ bytes, skipped }) };
  };
  const slow = await started('waits', keeper);
  slow.resolveFree();
  await slow.following.ended;
  assert.deepEqual(slow.told(), { bytes: size, skipped: 0 });
  const bridge = again();
  await started('goes-on', bridge);
  await bridge[Symbol.asyncDispose]();
  assert.equal((await ended(keeper, 'goes-on')).bytes.out, size);
});

test('bytes that are no UTF-8 come as they are, and a character is never cut', { skip }, async () => {
  const { keeper, line } = ground;
  const text = "printf 'a\\303'; sleep 0.2; printf '\\244b'; sleep 0.2; printf '\\377\\360\\237'";
  await keeper.start(line('bytes', 'pipes', text));
  const { chunks, out } = await outputOf(keeper, 'bytes');
  assert.deepEqual(out, Buffer.from([0x61, 0xc3, 0xa4, 0x62, 0xff, 0xf0, 0x9f]));
  assert.deepEqual(
    chunks.slice(0, 2).map((chunk) => chunk.text),
    ['a', 'äb'],
  );
  assert.deepEqual(chunks.map(({ position }) => position).at(-1), out.length);
  await keeper.start(line('half', 'pty', "printf 'a\\303'; sleep 0.2; printf '\\244b\\377'"));
  assert.equal((await outputOf(keeper, 'half')).out.toString(), 'aäb\ufffd');
});

test('a recording can be played: what was shown, when, and each size', { skip }, async () => {
  const { keeper, line, dataFolder } = ground;
  const recordTo = join(dataFolder, 'recordings/shown.cast');
  await keeper.start(line('shown', 'pty', 'echo first; read x; echo second', { recordTo, cols: 60, rows: 20 }));
  await screenWith(keeper, 'shown', 'first');
  await keeper.resize('shown', 70, 21);
  await keeper.input('shown', 1, '\r');
  await outputOf(keeper, 'shown');
  const [head, ...events] = (await readFile(recordTo, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  assert.deepEqual([head.version, head.width, head.height], [2, 60, 20]);
  assert.ok(events.some(([, code, data]) => code === 'r' && data === '70x21'));
  const shown = events.flatMap(([, code, data]) => (code === 'o' ? [data] : [])).join('');
  assert.equal(shown, 'first\r\n\r\nsecond\r\n');
  assert.equal((await stat(recordTo)).mode & 0o777, 0o600);
});

const wrongs: readonly (readonly [what: string, wanted: Partial<ChildWanted>, code: string, says: RegExp])[] = [
  ['no columns', { cols: 0 }, 'size-invalid', /1 to 1000 columns and 1 to 500 rows, not 0 × 24/],
  ['too many columns', { cols: 10_000 }, 'size-invalid', /not 10000 × 24/],
  ['columns below 0', { cols: -1 }, 'size-invalid', /not -1 × 24/],
  ['half a row', { rows: 1.5 }, 'size-invalid', /not 80 × 1.5/],
  ['no program', { argv: [] }, 'argv-invalid', /argv is empty/],
  ['NUL', { argv: ['sh', 'a\0b'] }, 'argv-invalid', /NUL/],
  ['a long line', { argv: ['echo', 'x'.repeat(1024 * 1024)] }, 'argv-invalid', /longer than 131072 bytes/],
  ['a program that is not there', { argv: ['no-such-shell'] }, 'program-not-found', /no program no-such-shell/],
  [
    'a file that is not executable',
    { argv: [import.meta.filename] },
    'program-not-found',
    /is not there, or it is not executable/,
  ],
  ['a folder that is gone', { cwd: '/gone' }, 'cwd-unavailable', /not there, or is no folder/],
  ['a file as a folder', { cwd: import.meta.filename }, 'cwd-unavailable', /is no folder/],
  ['a relative folder', { cwd: 'shop' }, 'cwd-unavailable', /not a whole path/],
  ['a variable with =', { env: { 'A=B': 'c' } }, 'env-refused', /"A=B" cannot be set/],
  ['a variable with NUL', { env: { A: 'b\0c' } }, 'env-refused', /"A" cannot be set/],
  ['a recording elsewhere', { recordTo: '/tmp/recording.cast' }, 'file-refused', /in the data folder/],
];

test('what cannot be started is refused with a sentence, and nothing is left of it', { skip }, async () => {
  const { keeper, line } = ground;
  const before = (await keeper.children()).length;
  for (const [what, wanted, code, says] of wrongs) {
    const refused = await keeper.start(line('wrong', 'pty', 'echo', wanted)).catch((error: unknown) => error);
    assert.ok(refused instanceof KeeperRefusal, what);
    assert.deepEqual([refused.code, what], [code, what]);
    assert.match(refused.message, says);
  }
  assert.equal((await keeper.children()).length, before);
  await keeper.start(line('right', 'pipes', 'sleep 60'));
  await assert.rejects(keeper.resize('right', 80, 24), { code: 'input-unavailable' });
  await assert.rejects(keeper.input('right', 1, 'x'), { code: 'input-unavailable' });
  await assert.rejects(keeper.signal('right', 'SIGNONE'), { code: 'signal-unknown' });
  await assert.rejects(keeper.forget('right'), { code: 'child-running' });
  await keeper.signal('right', 'SIGINT');
  assert.equal((await ended(keeper, 'right')).end?.signal, 'SIGINT');
  await assert.rejects(keeper.screen('nobody'), { code: 'child-unknown' });
  await keeper.forget('nobody');
});
