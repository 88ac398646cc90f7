/** What a machine says of its terminals and runs where something goes wrong: too much at once, too late, refused, or by the hundred. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChannelStands, InputGiven } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import { type Chunk, type Keeper, KeeperRefusal } from '../../bridge/keeper/keeper.ts';
import type { OpenSessions } from '../../bridge/sessions/open-sessions.ts';
import { createOutflow, type Outflow } from '../../bridge/sessions/outflow.ts';
import type { Part } from '../../bridge/sessions/outflow-state.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { endKeeper, keeperPid, openTestSessions } from '../kit/sessions.ts';

/** A screen full of words, as base64. */
const snapshot = 'c2NyZWVu'.repeat(500);

/** An outflow on a clock of its own. */
function openOutflow(isTerminal: boolean) {
  let nowMs = 1;
  let position = 0;
  const shoot = async () => ({ position, snapshot });
  const outflow = createOutflow({ ...(isTerminal ? { shoot } : {}), ring: () => undefined, now: () => nowMs });
  /** The screen has it already when it comes. */
  const late = (text: string, stream: Chunk['stream'] = 'out') => {
    const bytes = Buffer.from(text);
    position += bytes.length;
    const chunk = { position, stream, text, bytes, skipped: 0 };
    return () => void outflow.chunk(chunk);
  };
  return {
    outflow,
    late,
    write: (...given: Parameters<typeof late>) => late(...given)(),
    next: async (ms: number = limits.unwatchedMs) => {
      nowMs += ms;
      return await outflow.part();
    },
  };
}

const stand = (outflow: Outflow, more: Omit<ChannelStands, 'channel'>) => outflow.stands({ channel: 'c', ...more });

/** Takes parts until there is none, as a relay does. */
async function takeAll({ outflow, next }: ReturnType<typeof openOutflow>): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (let part = await next(); part !== undefined; part = await next()) {
    stand(outflow, { seq: part.seq, watched: true });
    if (part.seq > 0) parts.push(part);
  }
  return parts;
}

test('what the relay refuses is a hole and no silence, and the next part goes without its snapshot', async () => {
  for (const isTerminal of [true, false]) {
    const one = openOutflow(isTerminal);
    await takeAll(one);
    one.write('hello');
    const refused = await one.next();
    assert.ok(refused !== undefined && refused.seq > 0);
    stand(one.outflow, { code: 'body-invalid' });
    one.write('world');
    const [part] = await takeAll(one);
    assert.deepEqual(
      [part?.seq, part?.snapshot, part?.entries[0]],
      [refused.seq, undefined, { skip: isTerminal ? 10 : 5 }],
    );
  }
});

test('a terminal that the relay has lost is begun there at once, also where nobody reads it: people can type again', async () => {
  const one = openOutflow(true);
  await takeAll(one);
  one.outflow.watch(false);
  one.write('hello');
  assert.equal((await one.next())?.seq, 2);
  stand(one.outflow, { seq: 2, watched: false });
  one.outflow.connected();
  assert.equal((await one.next(1))?.seq, 0, 'it asks where the relay stands');
  stand(one.outflow, { seq: 0, watched: false });
  const part = await one.next(100);
  assert.deepEqual([part?.seq, part?.snapshot, part?.replaces], [1, snapshot, true]);
});

test('who floods a terminal with sizes and with keys that are refused does not stop what its machine says (H1)', async () => {
  const one = openOutflow(true);
  await takeAll(one);
  for (let turn = 0; turn < 3000; turn++) {
    one.outflow.say({ refused: { attach: `of-${turn}`, why: 'unknown' } });
    one.outflow.say({ refused: { attach: 'of-one', why: 'late' } });
    one.outflow.say({ late: 2 });
    one.outflow.say({ r: [80, turn] });
    if (turn % 2 === 0) one.write('prompt> ');
  }
  const parts = await takeAll(one);
  for (const { entries } of parts) assert.ok(entries.length <= limits.channelEntriesMax, `${entries.length} entries`);
  const said = parts.flatMap(({ entries }) => entries.map((entry) => JSON.stringify(entry)));
  const times = (text: string) => said.filter((entry) => entry.includes(text)).length;
  assert.deepEqual(
    [times('of-one'), times('of-0"'), times('"late":6000'), times('"r"'), times('[80,2999]')],
    [1, 1, 1, 1, 1],
  );
  // What no screen shows is in no part in whose place a screen stands.
  assert.ok(!JSON.stringify(parts.filter(({ replaces }) => replaces)).includes('refused'));
});

test('however much comes while the screen is taken, a part has no more entries than the relay takes', async () => {
  let position = 0;
  let coming = 0;
  const write = (stream: Chunk['stream']) => {
    position += 1;
    void outflow.chunk({ position, stream, text: 'x', bytes: Buffer.from('x'), skipped: 0 });
  };
  const shoot = async () => {
    for (; coming > 0; coming--) write(coming % 2 === 0 ? 'out' : 'err');
    return { position, snapshot };
  };
  let nowMs = 1;
  const outflow = createOutflow({ shoot, ring: () => undefined, now: () => nowMs });
  const next = async () => {
    nowMs += limits.unwatchedMs;
    const part = await outflow.part();
    if (part !== undefined) stand(outflow, { seq: part.seq, watched: true, compact: true });
    return part;
  };
  while ((await next()) !== undefined);
  coming = 2000;
  write('out');
  const part = await next();
  assert.deepEqual([part?.entries, part?.replaces], [[{ skip: 2001 }], true]);
});

test('however a program writes, no part is larger than gateways take', async () => {
  const run = openOutflow(false);
  for (let turn = 0; turn < 20_000; turn++) run.write('\u0001', turn % 2 === 0 ? 'out' : 'err');
  run.write('\u0001'.repeat(60_000));
  const parts = await takeAll(run);
  for (const part of parts) assert.ok(JSON.stringify(part).length < 700_000 && part.entries.length <= 501);
  const text = parts
    .flatMap(({ entries }) => entries as { o?: string; e?: string }[])
    .map(({ o = '', e = '' }) => o + e);
  assert.equal(text.join('').length, 80_000);
  const terminal = openOutflow(true);
  await takeAll(terminal);
  for (let turn = 0; turn < 1000; turn++) terminal.write('\u0001'.repeat(100));
  const [part] = await takeAll(terminal);
  assert.deepEqual([part?.replaces, part?.entries], [true, [{ skip: 100_000 }]]);
});

test('a program that writes without end costs a slow phone no more than its line carries, and its end is seen at once', async () => {
  const one = openOutflow(true);
  await takeAll(one);
  let sent = 0;
  let screens = 0;
  const takeOne = async () => {
    const part = await one.next(1);
    if (part === undefined) return undefined;
    sent += JSON.stringify(part).length;
    if (part.replaces) screens += 1;
    stand(one.outflow, { seq: part.seq, watched: true });
    return part;
  };
  for (let ms = 0; ms < 5000; ms++) {
    one.write('a line of a log\r\n'.repeat(1500));
    await takeOne();
    if (ms === 200) assert.ok(screens <= 5, `${screens} screens in 0.2 s`);
  }
  assert.ok(sent < 450_000, `${sent} bytes in 5 s`);
  assert.ok(screens > 25, `${screens} screens in 5 s`);
  one.write('prompt> ');
  const said = [];
  for (let ms = 0; ms < 200; ms++) said.push(await takeOne());
  assert.ok(said.some((part) => part?.replaces));
  // What is typed then is echoed as it comes.
  one.write('l');
  assert.deepEqual((await takeOne())?.entries, [{ o: 'l' }]);
});

test('what the screen has shown already is not shown a second time, however late it comes', async () => {
  const one = openOutflow(true);
  await takeAll(one);
  one.write('x'.repeat(2 * limits.outputPendingBytesMax));
  const come = one.late('seen already, ');
  assert.equal((await takeAll(one))[0]?.replaces, true);
  come();
  one.write('new');
  assert.deepEqual(
    (await takeAll(one)).flatMap(({ entries }) => entries),
    [{ o: 'new' }],
  );
});

test('what comes while a screen is drawn that has half of it is shown behind that screen, and only the other half', async () => {
  let isComing = false;
  let nowMs = 1;
  const shoot = async () => {
    const bytes = Buffer.from('half of it is seen');
    if (isComing)
      void outflow.chunk({ position: 100 + bytes.length, stream: 'out', text: `${bytes}`, bytes, skipped: 0 });
    isComing = false;
    return { position: 100 + 'half of '.length, snapshot };
  };
  const outflow = createOutflow({ shoot, ring: () => undefined, now: () => nowMs });
  const takeEach = async () => {
    const entries: object[] = [];
    for (let part = await outflow.part(); part !== undefined; part = await outflow.part()) {
      entries.push(...(part.entries as object[]));
      stand(outflow, { seq: part.seq, watched: true });
      nowMs += limits.unwatchedMs;
    }
    return entries;
  };
  stand(outflow, { seq: 0, watched: true });
  isComing = true;
  assert.deepEqual(await takeEach(), [{ skip: 0 }, { o: 'it is seen' }]);
});

test('a run whose line is away holds no more than its channel keeps, and what is left out is said', async () => {
  const one = openOutflow(false);
  await takeAll(one);
  const line = 'x'.repeat(1024);
  for (let turn = 0; turn < 3000; turn++) one.write(line);
  const entries = (await takeAll(one)).flatMap((part) => part.entries as { o?: string; skip?: number }[]);
  const kept = entries.reduce((sum, { o = '' }) => sum + o.length, 0);
  const skipped = entries.reduce((sum, { skip = 0 }) => sum + skip, 0);
  assert.ok(kept > 0 && kept <= limits.runPendingBytesMax, `${kept} bytes`);
  assert.equal(kept + skipped, 3000 * 1024);
});

test('terminals that nobody watches are told together, twice a minute', async () => {
  const all = [openOutflow(true), openOutflow(true), openOutflow(true)];
  // They begin at different times.
  for (const [at, { outflow, next }] of all.entries())
    for (let part = await next(at * 7000); part !== undefined; part = await next(0))
      stand(outflow, { seq: part.seq, watched: false });
  for (const [at, { next }] of all.entries()) await next(20_000 - at * 7000);
  const told = new Set<number>();
  for (let second = 0; second < 60; second++)
    for (const { outflow, write, next } of all) {
      write('on and on');
      const part = await next(1000);
      if (part === undefined) continue;
      told.add(second);
      stand(outflow, { seq: part.seq, watched: false });
    }
  assert.equal(told.size, 2);
});

/** Takes what goes to channels, so that nothing waits. */
async function drain({ source }: OpenSessions): Promise<void> {
  for (let parts = await source.parts(1_000_000); parts.length > 0; parts = await source.parts(1_000_000))
    source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: false })));
}

test('a key that was held on its way for too long is not typed, and said once, however often it is told (H10)', async () => {
  await using folder = await openTemporaryFolder();
  await using sessions = await openTestSessions(folder.path);
  const id = 'terminal-one';
  const env = { PATH: process.env.PATH ?? '' };
  const opening = sessions.open({
    ...{ id, argv: ['cat'], cwd: folder.path, env },
    title: 'cat',
    by: 'Ada',
    isSealed: false,
    cols: 80,
    rows: 24,
    isRecorded: false,
  });
  await eventually(async () => {
    await drain(sessions);
    return sessions.inbox.after()[id] !== undefined;
  });
  await opening;
  const given = (position: number, input: string, at: number): InputGiven => ({
    ...{ channel: id, position, at, input },
    by: { person: 'person-one', name: 'Ada' },
  });
  const past = Date.now() - 2 * limits.inputAgeMsMax;
  // The answer says that no time had passed when it was written.
  const late = { inputs: [given(1, 'rm -rf\r', past)], watch: [id], readers: [], seen: '', now: past };
  for (let times = 0; times < 2; times++) await sessions.inbox.take(late);
  await sessions.inbox.take({
    inputs: [given(2, 'ls\r', Date.now())],
    watch: [id],
    readers: [],
    seen: '',
    now: Date.now(),
  });
  let said = '';
  await eventually(async () => {
    const parts = await sessions.source.parts(1_000_000);
    said += JSON.stringify(parts.map(({ entries }) => entries));
    sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
    return said.includes('"late":1') && said.includes('ls');
  });
  assert.equal(said.split('"late"').length, 2, said);
  assert.ok(!said.includes('rm'));
  await sessions.close(id);
  await endKeeper(folder.path);
});

test('what a program draws for another size comes once its readers have that size', async () => {
  await using folder = await openTemporaryFolder();
  const entries: string[] = [];
  const take = async () => {
    const parts = await sessions.source.parts(1_000_000);
    entries.push(...parts.flatMap((part) => part.entries.map((entry) => JSON.stringify(entry))));
    sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
  };
  const until = async (text: string) =>
    await eventually(async () => {
      await take();
      return entries.some((entry) => entry.includes(text));
    });
  // A bridge that is busy reads the answer with the output that came after it.
  const asSeen = (keeper: Keeper): Keeper => ({
    ...keeper,
    resize: async (...size) => {
      await keeper.resize(...size);
      await until('drawn');
    },
  });
  await using sessions = await openTestSessions(folder.path, { asSeen });
  const argv = ['sh', '-c', 'trap "echo drawn" WINCH; while :; do echo waits; sleep 0.05; done'];
  const wanted = {
    id: 'resized',
    argv,
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '' },
    title: 'x',
    by: 'Ada',
  };
  const opening = sessions.open({ ...wanted, cols: 80, rows: 24, isRecorded: false, isSealed: false });
  await until('waits');
  await opening;
  const by = { person: 'person-one', name: 'Ada' };
  const given = { channel: 'resized', position: 1, at: Date.now(), by, input: { size: [100, 30] } } as InputGiven;
  await sessions.inbox.take({ inputs: [given], watch: ['resized'], readers: [], seen: '', now: Date.now() });
  await until('"r":[100,30]');
  assert.ok(
    entries.indexOf('{"r":[100,30]}') < entries.findIndex((entry) => entry.includes('drawn')),
    entries.join(' '),
  );
  await sessions.close('resized');
  await endKeeper(folder.path);
});

const wantedRun = (id: string, cwd: string, line: string) => ({
  ...{ id, cwd, argv: ['sh', '-c', line], env: { PATH: process.env.PATH ?? '' } },
  ...{ title: id, by: 'Ada', command: id, isSealed: false, timeoutMs: 60_000 },
});

/** A keeper that starts what it is asked to and whose answer is lost; the next `silent` times it says nothing of its children. */
function losingAnswers(keeper: Keeper, silent: { times: number }): Keeper {
  const lost = () => new KeeperRefusal('keeper-gone', 'The keeper of this machine has ended unexpectedly.');
  return {
    ...keeper,
    start: async (wanted) => {
      await keeper.start(wanted);
      throw lost();
    },
    children: async () => {
      if (silent.times-- > 0) throw lost();
      return await keeper.children();
    },
  };
}

test('where the keeper starts a run and its answer is lost, the run is gone on with and told to its end', async () => {
  await using folder = await openTemporaryFolder();
  const asSeen = (keeper: Keeper) => losingAnswers(keeper, { times: 0 });
  await using sessions = await openTestSessions(folder.path, { asSeen });
  const ended = await sessions.run(wantedRun('one', folder.path, 'exit 7'), new AbortController().signal);
  assert.equal(ended.code, 7);
  await endKeeper(folder.path);
});

test('where the keeper then says nothing for a while, the command fails, and what runs is told and can be ended', async () => {
  await using folder = await openTemporaryFolder();
  const told = new Map<string, RecordTold>();
  const silent = { times: 0 };
  const options = {
    asSeen: (keeper: Keeper) => losingAnswers(keeper, silent),
    tell: (record: RecordTold) => void told.set(record.id, record),
    onTrouble: () => undefined,
  };
  await using sessions = await openTestSessions(folder.path, options);
  silent.times = 2;
  const { signal } = new AbortController();
  await assert.rejects(sessions.run(wantedRun('one', folder.path, 'exec sleep 300'), signal), { code: 'keeper-gone' });
  await eventually(() => told.get('one')?.state === 'running');
  assert.deepEqual(
    sessions.running().runs.map(({ id }) => id),
    ['one'],
  );
  const stopping = new AbortController();
  const adopted = sessions.adopt('one', stopping.signal);
  stopping.abort();
  assert.equal((await adopted)?.signal, 'SIGTERM');
  await eventually(() => told.get('one')?.state === 'ended');
  await endKeeper(folder.path);
});

test('of hundreds of runs the newest are listed, and the relay is told of those that are not', async () => {
  await using folder = await openTemporaryFolder();
  const untold: string[] = [];
  await using sessions = await openTestSessions(folder.path, { untell: (id) => untold.push(id) });
  const env = { PATH: process.env.PATH ?? '' };
  const { signal } = new AbortController();
  const run = async (number: number) => {
    const wanted = { id: `run-number-${number}`, argv: ['true'], cwd: folder.path, env, title: 'true', by: 'Ada' };
    await sessions.run({ ...wanted, command: `command-${number}`, isSealed: false, timeoutMs: 60_000 }, signal);
  };
  const count = limits.sessionsEndedMax + 5;
  for (let number = 0; number < count; number++) {
    await run(number);
    await drain(sessions);
  }
  await eventually(() => untold.length === 5);
  assert.deepEqual([Object.keys(sessions.revs()).length, untold[0]], [limits.sessionsEndedMax, 'run-number-0']);
  await endKeeper(folder.path);
});

test('a keeper that does not answer is asked again: what it holds goes on, and is lost only once it is gone', async () => {
  await using folder = await openTemporaryFolder();
  const wanted = { cwd: folder.path, env: { PATH: process.env.PATH ?? '' }, by: 'Ada', isSealed: false };
  const { signal } = new AbortController();
  const ids = ['run-number-1', 'run-number-2'];
  const run = (sessions: OpenSessions, id: string, line: string) =>
    sessions.run({ ...wanted, id, argv: ['sh', '-c', line], title: id, command: id, timeoutMs: 60_000 }, signal);
  {
    await using first = await openTestSessions(folder.path);
    for (const [at, id] of ids.entries())
      run(first, id, `echo begun; while [ ! -e end-${at} ]; do sleep 0.05; done; exit 3`).catch(() => undefined);
    await eventually(async () => (await first.output('run-number-2', 'out', 0, 10)).bytes.length > 0);
  }
  const pid = (await keeperPid(folder.path)) ?? assert.fail('no keeper');
  process.kill(pid, 'SIGSTOP');
  await using second = await openTestSessions(folder.path, { answerMs: 200, onTrouble: () => undefined });
  const [one, two] = ids.map((id) => second.adopt(id, signal) ?? assert.fail(id));
  assert.equal(second.running().runs.length, 2);
  process.kill(pid, 'SIGCONT');
  await writeFile(join(folder.path, 'end-0'), '');
  assert.equal((await one)?.code, 3);
  process.kill(pid, 'SIGKILL');
  await assert.rejects(two ?? assert.fail(), { code: 'keeper-gone' });
  assert.equal(second.running().runs.length, 0);
});

test('what a reboot has ended is told from what was lost because the keeper was killed', async () => {
  await using folder = await openTemporaryFolder();
  const wanted = { cwd: folder.path, env: { PATH: process.env.PATH ?? '' }, by: 'Ada', isSealed: false };
  const shape = { cols: 80, rows: 24, isRecorded: false };
  const reasons: unknown[] = [];
  // Linux has an id of each start; elsewhere it is a time, which is read a little differently each time.
  for (const [at, [before, later]] of [
    ['id-one', 'id-two'],
    ['id-one', 'id-one'],
    ['1790000000000', '1790000100000'],
    ['1790000000000', '1790000900000'],
  ].entries()) {
    const id = `terminal-${at}`;
    {
      await using first = await openTestSessions(folder.path, { boot: before ?? '' });
      void first.open({ ...wanted, ...shape, id, argv: ['cat'], title: id });
      await eventually(() => id in first.inbox.after());
    }
    await endKeeper(folder.path);
    const tell = ({ meta }: RecordTold) => void reasons.push(meta.reason);
    await using _second = await openTestSessions(folder.path, { boot: later ?? '', tell });
  }
  assert.deepEqual(reasons, ['machine-restarted', 'keeper-lost', 'keeper-lost', 'machine-restarted']);
});

test('what a killed keeper leaves behind is ended with it, also when its bridge was away; what cannot be told may still run', {
  skip: process.platform === 'linux' ? false : 'nobody tells there which processes are left',
}, async () => {
  await using folder = await openTemporaryFolder();
  const by = { cwd: folder.path, by: 'Ada', isSealed: false };
  const env = (id: string) => ({ PATH: process.env.PATH ?? '', SALLYPORT_TERMINAL: id });
  const shape = { cols: 80, rows: 24, isRecorded: false };
  const { signal } = new AbortController();
  type Noted = { record: RecordTold; process?: { pid: number; began: string } };
  const file = join(folder.path, 'sessions.json');
  const notes = async () => (JSON.parse(await readFile(file, 'utf8')) as { sessions: Noted[] }).sessions;
  const begin = async (sessions: OpenSessions, name: string) => {
    const line = (own: string) => `sleep 333 & echo $! > ${own}.new; mv ${own}.new ${own}; exec sleep 333`;
    const [run, terminal] = [`run-${name}-number`, `terminal-${name}`];
    const wanted = { ...by, id: run, argv: ['sh', '-c', line(run)], title: run, command: run, timeoutMs: 60_000 };
    sessions.run({ ...wanted, env: env(run) }, signal).catch(() => undefined);
    // The hangup of its terminal does not reach a job of an interactive shell.
    const argv = ['sh', '-mc', line(terminal)];
    void sessions.open({ ...by, ...shape, id: terminal, argv, title: terminal, env: env(terminal) });
    const pidOf = async (id: string) => Number(await readFile(join(folder.path, id), 'utf8').catch(() => 0)) || false;
    const pids = [await eventually(() => pidOf(run)), await eventually(() => pidOf(terminal))];
    const isNoted = async (id: string) => (await notes()).some((one) => one.record.id === id && one.process);
    await eventually(async () => (await isNoted(run)) && (await isNoted(terminal)));
    return pids;
  };
  const killKeeper = async () => process.kill((await keeperPid(folder.path)) ?? assert.fail('no keeper'), 'SIGKILL');
  // One that has ended, and that nobody has asked how, has a line too.
  const isAlive = (pid: number) => {
    const status = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
    return status !== '' && !status.startsWith('Z');
  };
  const reasons = new Map<string, unknown>();
  const tell = ({ id, state, meta }: RecordTold) => void (state === 'ended' && reasons.set(id, meta.reason));
  let away: readonly number[];
  {
    await using first = await openTestSessions(folder.path, { tell });
    const left = await begin(first, 'first');
    await killKeeper();
    await eventually(() => reasons.size === 2);
    assert.deepEqual(left.filter(isAlive), []);
    away = [...(await begin(first, 'away')), ...(await begin(first, 'other')), ...(await begin(first, 'unknown'))];
  }
  await killKeeper();
  // The ids are another program's by now; nobody has noted them.
  const strangers = away.slice(2);
  const changed = (await notes()).map(({ process: noted, ...session }) => {
    const { id } = session.record;
    if (id.includes('unknown')) return session;
    return { ...session, process: id === 'run-other-number' && noted ? { ...noted, began: 'before' } : noted };
  });
  await writeFile(file, JSON.stringify({ sessions: changed }));
  try {
    await using _second = await openTestSessions(folder.path, { tell });
    await eventually(() => reasons.size === 8);
    assert.deepEqual(away.slice(0, 2).filter(isAlive), []);
    assert.ok(isAlive(strangers[2] ?? 0));
    const reasonOf = (name: string) => [reasons.get(`run-${name}-number`), reasons.get(`terminal-${name}`)];
    for (const name of ['first', 'away', 'other']) assert.deepEqual(reasonOf(name), ['keeper-lost', 'keeper-lost']);
    assert.deepEqual(reasonOf('unknown'), ['may-run', 'may-run']);
  } finally {
    for (const pid of strangers.filter(isAlive)) process.kill(pid, 'SIGKILL');
  }
});

test('the list has what is active first, also where nobody types, and marks who typed last, also where people type in turn', async () => {
  await using folder = await openTemporaryFolder();
  const told: RecordTold['meta'][] = [];
  // Shortly before all terminals say that they are active, and shortly after it.
  const moment = 1000 * limits.unwatchedMs;
  let since: number | undefined;
  const now = () => (since === undefined ? moment - 200 : moment + Date.now() - since);
  await using sessions = await openTestSessions(folder.path, { now, tell: ({ meta }) => void told.push(meta) });
  const wanted = { cwd: folder.path, env: { PATH: process.env.PATH ?? '' }, by: 'Ada', isSealed: false };
  const line = 'while :; do echo x; sleep 0.05; done';
  const shape = { cols: 80, rows: 24, isRecorded: false, title: 'busy' };
  void sessions.open({ ...wanted, ...shape, id: 'terminal-one', argv: ['sh', '-c', line] });
  const active = await eventually(() => told.find(({ activeAt }) => activeAt !== undefined));
  since = Date.now();
  assert.deepEqual([active.activeAt, active.typing], [new Date(moment - 200).toISOString(), undefined]);
  const type = (position: number, name: string) => {
    const by = { person: `person-${name}`, name };
    const inputs = [{ channel: 'terminal-one', position, at: now(), input: 'x', by }];
    return sessions.inbox.take({ inputs, watch: [], readers: [], seen: '', now: now() });
  };
  await type(1, 'Ada');
  await type(2, 'Bob');
  assert.equal(told.at(-1)?.typing, 'Ada');
  await eventually(() => told.at(-1)?.typing === 'Bob', { timeoutMs: 10_000 });
  // However much it writes, it says so now and then.
  assert.ok(new Set(told.map(({ activeAt }) => activeAt)).size <= 5);
  await sessions.close('terminal-one');
  await endKeeper(folder.path);
});
