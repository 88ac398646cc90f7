/** What an attached terminal takes for itself, sends, and shows; and what `exec` says of output that is missing. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { limits } from '#contract/limits.ts';
import { createRunOutput } from '../../bridge/cli/run-output.ts';
import { createInputs } from '../../bridge/cli/send-inputs.ts';
import { shownOf } from '../../bridge/cli/terminal-output.ts';
import { createTyping } from '../../bridge/cli/typing.ts';
import type { Client } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';

/** What is sent of keys that come one after another, with `<left>` where they leave. */
function sent(...keys: string[]): string {
  const typing = createTyping();
  let text = '';
  for (const key of keys) {
    const typed = typing(key);
    text += typed.text;
    if (typed.isLeaving) return `${text}<left>`;
  }
  return text;
}

test('~. leaves at the beginning and after each line, also key by key', () => {
  assert.equal(sent('~.'), '<left>');
  assert.equal(sent('~', '.'), '<left>');
  assert.equal(sent('ls\r', '~', '.', 'rm'), 'ls\r<left>');
  assert.equal(sent('a\r~.b'), 'a\r<left>');
});

test('anywhere else it is text', () => {
  assert.equal(sent('ls ~', '.'), 'ls ~.');
  assert.equal(sent('cd ~/x\r'), 'cd ~/x\r');
  assert.equal(sent('\r', '~', '/'), '\r~/');
  assert.equal(sent('\r', '~', '\r', '~', '.'), '\r~\r<left>');
});

test('~~ is one ~', () => {
  assert.equal(sent('~', '~', '.'), '~.');
  assert.equal(sent('\r~~x'), '\r~x');
});

test('a snapshot that is hostile or of another release shows nothing and ends nothing', () => {
  const snapshot = (text: string) => shownOf({ is: 'snapshot', bytes: gzipSync(text) });
  for (const text of ['null', 'no JSON', '{"text":1}', '[]']) assert.equal(snapshot(text), '', text);
  assert.equal(snapshot(JSON.stringify({ text: 'x'.repeat(limits.snapshotBytesMax) })), '');
  assert.equal(shownOf({ is: 'snapshot', bytes: Buffer.from('no gzip') }), '');
  for (const entry of [null, { o: 1 }, { r: [] }]) assert.equal(shownOf({ is: 'entry', entry }), '');
  assert.match(snapshot('{"text":"$ "}'), /\$ $/);
  assert.equal(shownOf({ is: 'entry', entry: { o: 'ls' } }), 'ls');
});

test('keys typed while a request is under way go out as one input: the relay takes only so many in a second', async () => {
  const sent: (readonly unknown[])[] = [];
  const first = Promise.withResolvers<void>();
  const call = async (_name: string, { body }: { body: { inputs: readonly unknown[] } }) => {
    sent.push(body.inputs);
    await first.promise;
  };
  const inputs = createInputs({
    ...{ client: { call } as unknown as Client, record: 'terminal-1' },
    ...{ onDropped: assert.fail, onRefused: () => assert.fail() },
  });
  inputs.send('l');
  for (const key of 's -l') inputs.send(key);
  inputs.send({ size: [80, 24] });
  inputs.send('\r');
  first.resolve();
  await inputs.idle();
  assert.deepEqual(sent, [['l'], ['s -l', { size: [80, 24] }, '\r']]);
  assert.ok(limits.inputsPerPostMax <= limits.inputsPerSecondMax);
});

test('output of a run beyond what its machine keeps is said, with how much is missing', async () => {
  const result = { text: 'kept', offset: 4, end: true };
  const call = async () => ({ result });
  using output = createRunOutput({ call } as unknown as Client, 'machine', 'run');
  const [out, err] = [process.stdout, process.stderr].map((stream) =>
    mock.method(stream, 'write', (_text: unknown, done?: () => void) => {
      done?.();
      return true;
    }),
  );
  await output.rest({ stdout: 10, stderr: 0 }).finally(() => mock.restoreAll());
  const written = (of: typeof out) => of?.mock.calls.map(({ arguments: [text] }) => String(text)).join('');
  assert.equal(written(out), 'kept');
  assert.match(written(err) ?? '', /6 bytes of stdout are missing here: the machine has not kept them\./);
});

test('keys that were typed before the computer slept are not sent once it is awake: the clock went on, the process did not', async (t) => {
  const dropped: string[] = [];
  const sent: unknown[] = [];
  const slept = Promise.withResolvers<never>();
  const call = async (_name: string, { body }: { body: { inputs: readonly unknown[] } }) => {
    sent.push(...body.inputs);
    await slept.promise;
  };
  const inputs = createInputs({
    ...{ client: { call } as unknown as Client, record: 'terminal-1' },
    ...{ onDropped: (why: string) => dropped.push(why), onRefused: () => assert.fail() },
  });
  inputs.send('rm -rf build\r');
  const awake = Date.now() + 3_600_000;
  t.mock.method(Date, 'now', () => awake);
  slept.reject(new Interruption('The network is away.', { breakage: 'cut' }));
  await inputs.idle();
  assert.deepEqual(sent, ['rm -rf build\r']);
  assert.match(dropped.join(), /could not be sent in time/);
});
