/** A device at a sealed channel, as app and command line have it: it gets each key once, keeps what was sealed before readable, and says what it hears of its own. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openDeviceSeal } from '#contract/device-seal.ts';
import { holdKeys } from '#contract/keys-held.ts';
import { limits } from '#contract/limits.ts';
import type { SealedInput } from '#contract/sealed.ts';
import { seal, sealKeyOf } from '../../bridge/keys/sealed-bytes.ts';
import { eventually } from '../kit/eventually.ts';

const channel = 'terminal-one';

/** A device, and the machine that it attaches to. */
async function openDevice() {
  const machine = { keys: [sealKeyOf(randomBytes(32))], attaches: 0, failing: [] as Error[] };
  const said: string[] = [];
  const paused: number[] = [];
  const attach = async () => {
    machine.attaches += 1;
    const failure = machine.failing.shift();
    if (failure !== undefined) throw failure;
    const out = machine.keys.map(({ raw }) => Uint8Array.from(raw));
    return await holdKeys(`attach-${machine.attaches}`, { out, in: Uint8Array.from(randomBytes(32)) });
  };
  const device = openDeviceSeal(
    {
      ...{ channel, attach, notTyped: (why) => said.push(why) },
      mayPass: (error) => error instanceof Error && error.message === 'no network',
      // The time has passed when it resolves.
      pause: async (ms) => {
        paused.push(ms);
        performanceNow += ms;
      },
    },
    await attach(),
  );
  const reader = device.reader(new AbortController().signal);
  const say = (n: number, entry: object, key = machine.keys.at(-1)) => {
    assert.ok(key);
    return { k: key.name, n, c: seal(key, { channel, direction: 'out', counter: n }, JSON.stringify(entry)) };
  };
  const roll = () => {
    const key = sealKeyOf(randomBytes(32));
    machine.keys.push(key);
    return key;
  };
  return { machine, device, reader, say, roll, said, paused };
}

/** The clock of the tests: nobody waits for it. */
let performanceNow = 1000;
const { now } = performance;
test.before(() => {
  performance.now = () => performanceNow;
});
test.after(() => {
  performance.now = now;
});

test('what was sealed before the machine took another key opens on, and is not shown again as if it were new (H8)', async () => {
  const { machine, device, reader, say, roll } = await openDevice();
  const old = [say(1, { o: 'first' }), say(2, { o: 'second' }), say(9, { o: 'never shown' })];
  assert.deepEqual(await reader.entry(old[0]), { o: 'first' });
  roll();
  assert.deepEqual(await reader.entry(say(1, { o: 'third' })), { o: 'third' });
  assert.equal(machine.attaches, 2);
  // A relay that repeats, or brings late what it has held back.
  for (const entry of old) assert.equal(await reader.entry(entry), undefined);
  // Who is told from the start opens all of it, also where the machine has the older key no more.
  machine.keys.shift();
  device.broken();
  await device.seal(['x']);
  reader.begin();
  assert.deepEqual([await reader.entry(old[0]), await reader.entry(old[1])], [{ o: 'first' }, { o: 'second' }]);
});

test('a machine that begins one key after another is heard at once each time', async () => {
  const { machine, reader, say, roll, paused } = await openDevice();
  for (let n = 1; n < 5; n++) {
    roll();
    assert.deepEqual(await reader.entry(say(n, { o: 'heard' })), { o: 'heard' });
  }
  assert.deepEqual([machine.attaches, paused], [5, []]);
});

test('a key that comes while the network is away is asked for until it is there, and nothing in between is lost', async () => {
  const { machine, reader, say, roll, paused } = await openDevice();
  roll();
  machine.failing.push(new Error('no network'), new Error('no network'));
  assert.deepEqual(await reader.entry(say(1, { o: 'heard' })), { o: 'heard' });
  assert.equal(machine.attaches, 4);
  assert.equal(paused.length, 2);
});

test('a device that gets no more keys says why once, and asks again neither by itself nor for names that are made up', async () => {
  const { machine, reader, say, roll } = await openDevice();
  roll();
  machine.failing.push(new Error('it is not pinned'));
  await assert.rejects(reader.entry(say(1, { o: 'hidden' })), /not pinned/);
  for (let n = 2; n < 9; n++) assert.equal(await reader.entry(say(n, { o: 'hidden' })), undefined);
  assert.equal(machine.attaches, 2);
});

test('a relay that makes up names of keys makes a device attach no more than once in ten seconds', async () => {
  const { machine, reader, paused } = await openDevice();
  const made = (at: number) => ({ k: `AAAAAAAAAA0${at}`, n: 1, c: Buffer.alloc(40).toString('base64') });
  for (let at = 0; at < 4; at++)
    for (let turn = 0; turn < 3; turn++) assert.equal(await reader.entry(made(at)), undefined);
  assert.equal(machine.attaches, 5);
  assert.ok(paused.length === 3 && paused.every((ms) => ms === 10_000), String(paused));
});

test('what the machine said before an attach, and a relay tells again, makes nothing be typed again (H9)', async () => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['x']);
  await device.seal(['y'], 7);
  roll();
  // The next life of the bridge: the device attaches again.
  await reader.entry(say(1, { o: 'hello' }));
  await reader.entry(say(2, { typed: {}, open: ['attach-0'] }));
  assert.deepEqual(device.again(), []);
  let runs = 0;
  device.whenAgain(() => {
    runs += 1;
  });
  await reader.entry(say(3, { refused: { attach: 'attach-1', why: 'unknown' } }));
  await reader.entry(say(4, { typed: { 'attach-1': 1 }, open: ['attach-2'] }));
  await assert.rejects(device.seal(['z']), { name: 'AgainFirst' });
  assert.deepEqual(
    device.again().map(({ input, at }) => [input, at]),
    [['y', 7]],
  );
  await reader.entry(say(5, { refused: { attach: 'attach-1', why: 'unknown' } }));
  await reader.entry(say(6, { typed: {}, open: ['attach-2'] }));
  assert.deepEqual([device.again(), runs, said], [[], 1, []]);
  assert.equal((await device.seal(['z']))[0]?.a, 'attach-2');
});

test('a key that was lost is not left out of what is typed again: the rest of its line would be another line (H9)', async () => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['# ']);
  performanceNow += limits.inputAgeMsMax - 1;
  await device.seal(['rm -rf /']);
  performanceNow += 2;
  await device.seal(['\r']);
  roll();
  await reader.entry(say(1, { o: 'hello' }));
  const waiting = device.seal(['z']);
  await reader.entry(say(2, { typed: {}, open: ['attach-2'] }));
  await assert.rejects(waiting, { name: 'BehindLost' });
  assert.deepEqual([device.again(), said.length], [[], 1]);
  assert.deepEqual(placesOf(await device.seal(['z'])), [['attach-2', 1]]);
});

test('where all was typed long before a bridge was started, nothing is said to be lost, also after another size', async () => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['x']);
  await device.seal([{ size: [80, 20] }]);
  performanceNow += limits.inputAgeMsMax + 1;
  roll();
  await reader.entry(say(1, { o: 'hello' }));
  const waiting = device.seal(['y']);
  await reader.entry(say(2, { typed: { 'attach-1': 1 }, open: ['attach-2'] }));
  assert.deepEqual([device.again(), said, placesOf(await waiting)], [[], [], [['attach-2', 1]]]);
});

test('keys of before a device slept, which its own clock does not count, are not typed after it (H9)', async (context) => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['x']);
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 });
  roll();
  await reader.entry(say(1, { o: 'hello' }));
  await reader.entry(say(2, { typed: {}, open: ['attach-2'] }));
  assert.deepEqual([device.again(), said.length], [[], 1]);
});

test('a relay that makes a device attach anew types nothing out of order: what it seals stays in one row until the machine says that the attach is over (H9)', async () => {
  const { machine, device, reader, say } = await openDevice();
  await device.seal(['# ']);
  await reader.entry({ k: 'AAAAAAAAAA01', n: 1, c: Buffer.alloc(40).toString('base64') });
  assert.equal(machine.attaches, 2);
  const waiting = device.seal(['rm -rf /']);
  await reader.entry(say(1, { typed: {}, open: ['attach-1', 'attach-2'] }));
  assert.deepEqual(placesOf(await waiting), [['attach-1', 2]]);
  await reader.entry({ k: 'AAAAAAAAAA02', n: 1, c: Buffer.alloc(40).toString('base64') });
  // The relay holds the word back.
  assert.deepEqual(placesOf(await device.seal(['\r'])), [['attach-1', 3]]);
});

test('where a bridge is started twice in a moment, what was typed before both is typed again', async () => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['x']);
  roll();
  await reader.entry(say(1, { o: 'hello' }));
  const waiting = device.seal(['y']);
  roll();
  await reader.entry(say(1, { o: 'hello again' }));
  await reader.entry(say(2, { typed: {}, open: ['attach-3'] }));
  await assert.rejects(waiting, { name: 'AgainFirst' });
  assert.deepEqual([device.again().map(({ input }) => input), said], [['x'], []]);
  assert.deepEqual(placesOf(await device.seal(['x'])), [['attach-3', 1]]);
});

test('what was said not to be typed, because no other attach could be had, is not typed by a later one', async () => {
  const { machine, device, reader, say, said } = await openDevice();
  await device.seal(['x']);
  machine.failing.push(new Error('no network'));
  await reader.entry(say(1, { refused: { attach: 'attach-1', why: 'unknown' } }));
  await eventually(() => said.length > 0);
  const typedByHand = device.seal(['x']);
  let n = 1;
  let isSealed = false;
  void typedByHand.finally(() => (isSealed = true)).catch(() => undefined);
  await eventually(async () => {
    n += 1;
    await reader.entry(say(n, { typed: {}, open: ['attach-3'] }));
    return isSealed;
  });
  assert.deepEqual([device.again(), placesOf(await typedByHand)], [[], [['attach-3', 1]]]);
});

test('what was said not to be typed, because of the policy, is not typed once another policy is there', async () => {
  const { device, reader, say, roll, said } = await openDevice();
  await device.seal(['x']);
  await reader.entry(say(1, { refused: { why: 'policy' } }));
  roll();
  await reader.entry(say(1, { o: 'hello' }));
  await reader.entry(say(2, { typed: {}, open: ['attach-2'] }));
  assert.deepEqual([device.again(), said.length], [[], 1]);
  assert.deepEqual(placesOf(await device.seal(['y'])), [['attach-2', 1]]);
});

function placesOf(sealed: readonly SealedInput[]): unknown[] {
  return sealed.map(({ a, n }) => [a, n]);
}

test('a device is told what was not typed of its own, by an earlier attach too, and not of others', async () => {
  const { device, reader, say, said } = await openDevice();
  device.broken();
  const [typed] = await device.seal(['x']);
  assert.equal(typed?.a, 'attach-2');
  let n = 0;
  const told = async (refused: object) => {
    n += 1;
    await reader.entry(say(n, { refused }));
    return said.splice(0).join('\n');
  };
  assert.equal(await told({ attach: 'of another', why: 'unknown' }), '');
  assert.equal(await told({ why: 'plain' }), '');
  assert.match(await told({ attach: 'attach-1', why: 'unknown' }), /^Not typed: the machine does not know this attach/);
  assert.equal((await device.seal(['y']))[0]?.a, 'attach-2');
  assert.match(await told({ attach: 'attach-2', why: 'forged' }), /^Not typed: it was changed/);
  assert.equal((await device.seal(['z']))[0]?.a, 'attach-3');
  assert.equal(await told({ attach: 'attach-3', why: 'constructor' }), 'Not typed. Type it again.');
});
