/** A large paste: it is typed whole and in order, in requests that the relay takes, also where it is sealed; too large a one is refused as a whole. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Input } from '#contract/channel.ts';
import { openDeviceSeal } from '#contract/device-seal.ts';
import { holdKeys } from '#contract/keys-held.ts';
import { limits } from '#contract/limits.ts';
import { createTypedInputs, sayLost } from '#contract/typed-inputs.ts';
import { createInputs as commandLineInputs } from '../../bridge/cli/send-inputs.ts';
import type { Client } from '../../bridge/net/client.ts';
import type { Api } from '../../pwa/api.ts';
import { createInputs as appInputs } from '../../pwa/state/channels/channel-inputs.ts';
import { eventually } from '../kit/eventually.ts';

const { inputBytesMax, inputsWaitingBytesMax, inputsPerPostMax } = limits;

async function openSeal() {
  const key = () => Uint8Array.from(randomBytes(32));
  const keys = await holdKeys('A'.repeat(16), { out: [key()], in: key() });
  return openDeviceSeal(
    {
      channel: 'c'.repeat(43),
      attach: async () => keys,
      mayPass: () => false,
      pause: async () => {},
      notTyped: () => {},
    },
    keys,
  );
}

const bodyOf = (inputs: readonly unknown[]) =>
  Buffer.byteLength(JSON.stringify({ producer: 'p'.repeat(64), seq: 1_000_000, inputs }));

/** Texts of all sorts of characters, some of which are six bytes as JSON. */
const text = fc
  .tuple(
    fc.constantFrom('a', '"', '\r', '\u001b', 'é', '漢', '😀', '\ud83d', 'ls -l\n', '\\'),
    fc.integer({ min: 1, max: 80_000 }),
  )
  .map(([unit, count]) => unit.repeat(Math.min(count, Math.floor(inputsWaitingBytesMax / 7 / unit.length))));
const input: fc.Arbitrary<Input> = fc.oneof({ weight: 3, arbitrary: text }, fc.constant({ size: [80, 24] }));

test('a large paste goes in pieces that fit, sealed too, in order and whole; no character is cut in two', async () => {
  const seal = await openSeal();
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { maxLength: 4 }),
      fc.array(fc.string({ maxLength: 3 }), { maxLength: 150 }),
      async (large, keys) => {
        const typed = createTypedInputs();
        const taken: Input[] = [];
        for (const one of [...large, ...keys]) if (typed.add(one, 0) === undefined) taken.push(one);
        const sent: Input[] = [];
        for (let batch = typed.next(); batch !== undefined; batch = typed.next()) {
          assert.ok(batch.inputs.length <= inputsPerPostMax);
          assert.ok(bodyOf(batch.inputs) <= inputBytesMax);
          assert.ok(bodyOf(await seal.seal(batch.inputs)) <= inputBytesMax);
          // A request that ends within a character would send half of it.
          if (isWhole(taken)) assert.ok(isWhole(batch.inputs));
          sent.push(...batch.inputs);
        }
        assert.deepEqual(merged(sent), merged(taken));
      },
    ),
    { numRuns: 40 },
  );
});

const isWhole = (inputs: readonly Input[]) => inputs.every((one) => typeof one !== 'string' || one.isWellFormed());

/** As the program gets it. */
function merged(inputs: readonly Input[]): readonly unknown[] {
  const all: unknown[] = [];
  for (const one of inputs) {
    const last = all.at(-1);
    if (typeof one === 'string' && typeof last === 'string') all[all.length - 1] = last + one;
    else all.push(one);
  }
  return all.filter((one) => one !== '');
}

test('a paste of 300,000 characters is typed by app and command line, in order, and one of a megabyte is refused with words', async () => {
  const paste = Array.from({ length: 30_000 }, (_, at) => `${at}`.padStart(9, '0')).join('\n');
  for (const begin of [
    (call: unknown, dropped: (why: string) => void) =>
      appInputs({ call } as Api, 'terminal-one', { dropped, taken: () => {} }),
    (call: unknown, onDropped: (why: string) => void) =>
      commandLineInputs({ client: { call } as Client, record: 'terminal-one', onDropped, onRefused: assert.ifError }),
  ]) {
    const [sent, dropped]: [Input[], string[]] = [[], []];
    const call = async (_name: string, { body }: { body: { inputs: Input[] } }) => void sent.push(...body.inputs);
    const inputs = begin(call, (why) => dropped.push(why));
    inputs.send(paste);
    await eventually(() => sent.join('').length === paste.length);
    assert.equal(sent.join(''), paste);
    assert.ok(sent.length > 4);
    inputs.send('x'.repeat(1024 * 1024));
    assert.deepEqual(dropped, ['Not typed: 512 KiB are the most that wait to be typed. Put it into a file.']);
    inputs.send('l');
    await eventually(() => sent.at(-1) === 'l');
  }
});

test('of a paste whose end could not be sent it is said that only its beginning is typed', async () => {
  const dropped: string[] = [];
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls > 1) throw Object.assign(new Error('no room'), { code: 'too-many-inputs' });
  };
  const inputs = appInputs({ call } as unknown as Api, 'terminal-one', {
    dropped: (why) => dropped.push(why),
    taken: () => {},
  });
  inputs.send('x'.repeat(100_000));
  await eventually(() => dropped.length > 0);
  assert.deepEqual([dropped, calls], [['Not typed. no room Only the beginning of what was pasted is typed.'], 2]);
  assert.equal(sayLost('It is lost.', { isRest: false }), 'It is lost.');
});
