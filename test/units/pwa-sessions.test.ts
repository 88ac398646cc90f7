/** Sessions in the app: what keys send, what a run wrote as text, addresses in output, and typing that comes once, in order, and never late. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../../pwa/api.ts';
import { sequenceOf, typedBetween, typedWith } from '../../pwa/features/sessions/key-sequences.ts';
import { createRunReader } from '../../pwa/features/sessions/run-output.ts';
import { addressesIn } from '../../pwa/features/sessions/terminal-links.ts';
import { sizeWithin, typeFor } from '../../pwa/features/sessions/terminal-size.ts';
import { Refusal } from '../../pwa/refusal.ts';
import { createInputs } from '../../pwa/state/channel-inputs.ts';

const free = { ctrl: false, alt: false };
const ctrl = { ctrl: true, alt: false };
const alt = { ctrl: false, alt: true };

test('keys send what xterm sends for them, with Ctrl and Alt, and the arrows as the program wants them', () => {
  assert.equal(sequenceOf('ArrowUp', free, false), '\x1b[A');
  assert.equal(sequenceOf('ArrowUp', free, true), '\x1bOA');
  assert.equal(sequenceOf('ArrowLeft', ctrl, true), '\x1b[1;5D');
  assert.equal(sequenceOf('Enter', alt, false), '\x1b\r');
  assert.deepEqual([typedWith('c', ctrl), typedWith('C', ctrl), typedWith(' ', ctrl)], ['\x03', '\x03', '\0']);
  assert.deepEqual([typedWith('bc', alt), typedWith('[x', ctrl), typedWith('é', ctrl)], ['\x1bbc', '\x1bx', 'é']);
});

test('a keyboard that replaces a word sends what deletes it and the new one, by characters and not by their halves', () => {
  assert.equal(typedBetween('', 'ls'), 'ls');
  assert.equal(typedBetween('helo wor', 'hello wor'), '\x7f\x7f\x7f\x7f\x7flo wor');
  assert.equal(typedBetween('a😀', 'a'), '\x7f');
  assert.equal(typedBetween('a😀', 'a😁'), '\x7f😁');
});

test('the output of a run is text, also where a colour begins in one entry and ends in the next', () => {
  const read = createRunReader();
  const told = [{ o: 'a\x1b[3' }, { e: '\x1b]0;title\x07no\r\n' }, { o: '2mb\x1b[0m\rc' }, { x: { code: 0 } }].map(
    read,
  );
  assert.deepEqual(told, [
    { stream: 'out', text: 'a' },
    { stream: 'err', text: 'no\n' },
    { stream: 'out', text: 'b\nc' },
    undefined,
  ]);
});

test('addresses in output are those of the web alone, without the sentence around them', () => {
  const found = addressesIn(
    'see (https://example.com/a_(b)) or http://localhost:3000/x?y=1. javascript:alert(1) https://',
  );
  assert.deepEqual(
    found.map(({ at, address }) => [at, address]),
    [
      [5, 'https://example.com/a_(b)'],
      [35, 'http://localhost:3000/x?y=1'],
    ],
  );
});

test('a terminal that is wider than the screen is shown in smaller type, and never in none', () => {
  const cell = { width: 0.6, height: 1.2 };
  assert.deepEqual(sizeWithin(370, 600, cell, 13), { cols: 47, rows: 37 });
  assert.deepEqual(sizeWithin(10, 10, cell, 13), { cols: 20, rows: 4 });
  assert.deepEqual([typeFor(40, 370, cell, 13), typeFor(80, 370, cell, 13), typeFor(500, 370, cell, 13)], [13, 7.7, 4]);
});

interface Sent {
  readonly producer: string;
  readonly seq: number;
  readonly inputs: readonly unknown[];
}

/** Types into a relay that answers as `answer` says. */
function typing(answer: (sent: Sent, at: number) => Promise<void>) {
  const sent: Sent[] = [];
  const dropped: string[] = [];
  const call = async (_name: string, { body }: { body: Sent }) => {
    sent.push(body);
    await answer(body, sent.length);
    return {};
  };
  const heard = { dropped: (why: string) => dropped.push(why), taken: () => {} };
  return { sent, dropped, ...createInputs({ call } as unknown as Api, 'terminal-1', heard) };
}

/** Lets everything run that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('keys typed while a request is under way go out together after it, in order', async () => {
  const first = Promise.withResolvers<void>();
  const typed = typing((_sent, at) => (at === 1 ? first.promise : Promise.resolve()));
  for (const key of 'ls') typed.send(key);
  typed.send({ size: [80, 24] });
  typed.send('\r');
  assert.deepEqual(
    typed.sent.map(({ seq, inputs }) => [seq, inputs]),
    [[1, ['l']]],
  );
  first.resolve();
  await settle();
  assert.deepEqual(typed.sent.map(({ seq, inputs }) => [seq, inputs])[1], [2, ['s', { size: [80, 24] }, '\r']]);
});

test('a relay that has lost who typed how far is told the same again under the number that it expects', async () => {
  const typed = typing(async ({ seq }, at) => {
    if (at === 2) throw new Refusal({ code: 'gap', title: 'gap', expected: 1, seq } as never);
  });
  typed.send('a');
  await settle();
  typed.send('b');
  await settle();
  assert.deepEqual(
    typed.sent.map(({ seq, inputs }) => [seq, inputs]),
    [
      [1, ['a']],
      [2, ['b']],
      [1, ['b']],
    ],
  );
  assert.deepEqual(typed.dropped, []);
});

test('what could not be sent in time is dropped and said, with what was typed behind it; what is typed then is never taken for a repeat of it', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isAway = true;
    const typed = typing(async () => {
      if (isAway) throw new Interruption('away');
    });
    typed.send('rm -r x');
    typed.send('\r');
    for (let ms = 0; ms <= limits.inputAgeMsMax; ms += 500) {
      await settle();
      mock.timers.tick(500);
    }
    await settle();
    assert.deepEqual(typed.dropped, ['It could not be sent within 10 s.']);
    assert.ok(typed.sent.every(({ seq, inputs }) => seq === 1 && inputs.join('') === 'rm -r x'));
    isAway = false;
    typed.send('ls');
    await settle();
    const [before, last] = typed.sent.slice(-2);
    assert.deepEqual([last?.seq, last?.inputs], [1, ['ls']]);
    assert.notEqual(last?.producer, before?.producer);
  } finally {
    mock.timers.reset();
  }
});
