/** A run whose output is more than the line carries: it waits for the line, so that its channel has all of it, and never for ever. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { serveFollowing } from '../../bridge/keeper/following.ts';
import { createRing } from '../../bridge/keeper/ring.ts';
import { createOutflow } from '../../bridge/sessions/outflow.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { endKeeper, openTestSessions } from '../kit/sessions.ts';

const skip = process.platform === 'win32';

test('a run that writes faster than the line carries has all of its output in its channel', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  await using sessions = await openTestSessions(folder.path);
  const lines = 900_000;
  const env = { PATH: process.env.PATH ?? '' };
  const wanted = { id: 'loud', argv: ['seq', String(lines)], cwd: folder.path, env, title: 'seq', by: 'Ada' };
  const ended = sessions.run(
    { ...wanted, isSealed: false, command: 'command-one', timeoutMs: 60_000 },
    new AbortController().signal,
  );
  let text = '';
  let isOver = false;
  while (!isOver) {
    // A line that takes its time.
    await delay(60);
    for (const { channel, seq, entries, close } of await sessions.source.parts(limits.channelAppendBytesMax / 4)) {
      for (const entry of entries as readonly { o?: string; skip?: number }[]) {
        assert.equal(entry.skip, undefined, `a hole after ${text.length}`);
        text += entry.o ?? '';
      }
      isOver = close === true;
      sessions.source.stands([{ channel, seq }]);
    }
  }
  const { out } = await ended;
  assert.ok(out > limits.keeperRingBytes);
  assert.equal(text.length, out);
  assert.ok(text.startsWith('1\n2\n') && text.endsWith(`\n${lines}\n`));
  await endKeeper(folder.path);
});

test('a line on which nothing moves is waited for some seconds; then a run goes on, and a hole is said', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const outflow = createOutflow({ ring: () => undefined, now: () => 1 });
    let position = 0;
    let isWaiting = false;
    const write = async () => {
      const bytes = Buffer.alloc(64 * 1024, 'x');
      position += bytes.length;
      isWaiting = true;
      await outflow.chunk({ position, stream: 'out', text: bytes.toString(), bytes, skipped: 0 });
      isWaiting = false;
    };
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    const writeOn = async () => {
      for (let count = 0; !isWaiting && count < 100; count++) await Promise.race([write(), turn()]);
    };
    await writeOn();
    assert.ok(position < limits.runPendingBytesMax, 'it waits');
    mock.timers.tick(limits.runWaitMs - 1);
    await turn();
    assert.ok(isWaiting);
    mock.timers.tick(1);
    await turn();
    assert.ok(!isWaiting);
    await writeOn();
    assert.ok(!isWaiting && position > 4 * limits.runPendingBytesMax, 'it goes on without the line');
    // The line is back.
    await outflow.part();
    outflow.stands({ channel: 'c', seq: 0 });
    const part = await outflow.part();
    assert.ok(Object.hasOwn(Object(part?.entries[0]), 'skip'));
    outflow.stands({ channel: 'c', seq: part?.seq ?? 0 });
    const before = position;
    await writeOn();
    assert.ok(isWaiting && position - before < limits.runPendingBytesMax, 'it waits for the line again');
    outflow.stands({ channel: 'c', code: 'channel-closed' });
    await turn();
    assert.ok(!isWaiting, 'nobody waits for what is over');
  } finally {
    mock.timers.reset();
  }
});

test('what the relay has already is no hole to the bridge that comes after', async () => {
  const outflow = createOutflow({ ring: () => undefined, now: () => 1 });
  // The ring of the keeper begins at 1,000, and the relay has 1,010.
  const bytes = Buffer.from('x'.repeat(20));
  void outflow.chunk({ position: 1020, stream: 'out', text: bytes.toString(), bytes, skipped: 1000 });
  await outflow.part();
  outflow.stands({ channel: 'c', code: 'gap', expected: 4, mark: '1010' });
  assert.deepEqual((await outflow.part())?.entries, [{ o: 'x'.repeat(10) }]);
});

test('a bridge that hangs holds up a program for a moment only', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const ring = createRing(limits.keeperRingBytes);
    const followers = new Set<() => void>();
    const waits: boolean[] = [];
    const following = serveFollowing({ ring, followers, end: undefined }, 0, {
      onPiece: () => undefined,
      onEnd: () => undefined,
      onBehind: (isBehind) => waits.push(isBehind),
      aheadMax: 1000,
    });
    const write = (bytes: number) => {
      ring.append('out', Buffer.alloc(bytes, 'x'));
      for (const wake of followers) wake();
    };
    write(1000);
    assert.deepEqual(waits, []);
    write(1);
    assert.deepEqual(waits, [true]);
    following.acked(1001);
    assert.deepEqual(waits, [true, false]);
    write(2000);
    mock.timers.tick(limits.keeperWaitMs);
    write(2000);
    assert.deepEqual(waits, [true, false, true, false]);
    following.acked(1);
    assert.deepEqual(waits, [true, false, true, false, true]);
    following.stop();
    assert.deepEqual(waits, [true, false, true, false, true, false]);
  } finally {
    mock.timers.reset();
  }
});
