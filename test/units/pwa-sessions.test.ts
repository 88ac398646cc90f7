/** Sessions in the app: what keys send, what a run wrote as text, addresses in output, and typing that comes once, in order, and never late. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { BehindLost } from '#contract/typed-inputs.ts';
import { type Api, Interruption } from '../../pwa/api.ts';
import { sequenceOf, typedBetween, typedWith } from '../../pwa/features/sessions/key-sequences.ts';
import { kittySequence } from '../../pwa/features/sessions/kitty-keys.ts';
import { createRunReader, isIn, keptPieces } from '../../pwa/features/sessions/run-output.ts';
import type { Session } from '../../pwa/features/sessions/sessions.ts';
import { addressesIn } from '../../pwa/features/sessions/terminal-links.ts';
import { matchesIn } from '../../pwa/features/sessions/terminal-search.ts';
import { sizeWithin, typeFor } from '../../pwa/features/sessions/terminal-size.ts';
import { entryOf, screenOf } from '../../pwa/features/sessions/terminal-told.ts';
import { whyNotTyping } from '../../pwa/features/sessions/why-not-typing.ts';
import { Refusal } from '../../pwa/refusal.ts';
import type { AppState } from '../../pwa/state/app-state.ts';
import { createInputs, type InputsSealing } from '../../pwa/state/channels/channel-inputs.ts';

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

test('keys are told apart for a program that asks for kitty’s protocol, and for no other', () => {
  const press = (key: string, held: string, flags = 1) =>
    kittySequence(
      {
        key,
        shiftKey: held.includes('s'),
        altKey: held.includes('a'),
        ctrlKey: held.includes('c'),
        metaKey: held.includes('m'),
      },
      flags,
    );
  assert.deepEqual(
    [press('Enter', 's'), press('Enter', 'c'), press('Tab', 's'), press('Backspace', 'a'), press('Escape', '')],
    ['\x1b[13;2u', '\x1b[13;5u', '\x1b[9;2u', '\x1b[127;3u', '\x1b[27u'],
  );
  assert.deepEqual([press('c', 'c'), press('X', 'sa'), press('ä', 'a')], ['\x1b[99;5u', '\x1b[120;4u', '\x1b[228;3u']);
  // What needs no telling apart, AltGr, keys of the system, and programs that did not ask.
  const plain = [press('Enter', ''), press('a', ''), press('A', 's'), press('ArrowUp', 's'), press('@', 'ca')];
  assert.deepEqual(
    [...plain, press('c', 'm'), press('Enter', 's', 0), press('Escape', '', 2)].filter((one) => one !== undefined),
    [],
  );
});

test('a search finds large and small letters, over the end of a row, and counts cells where characters are wide', () => {
  const rows: readonly (readonly [text: string, isWrapped?: true])[] = [
    ['Fehler 漢字'],
    ['12345678ab'],
    ['cd, AbCd', true],
    [''],
  ];
  const wide = (character: string) => /[漢字]/.test(character);
  const lines = rows.map(([text, isWrapped = false]) => {
    const cells = [...text].flatMap((character) =>
      wide(character)
        ? [
            { getChars: () => character, getWidth: () => 2 },
            { getChars: () => '', getWidth: () => 0 },
          ]
        : [{ getChars: () => character, getWidth: () => 1 }],
    );
    return { isWrapped, length: 10, getCell: (column: number) => cells[column] };
  });
  const buffer = { length: lines.length, getLine: (row: number) => lines[row] };
  const find = (wanted: string) =>
    matchesIn(buffer, 10, wanted).map(({ column, row, length }) => [column, row, length]);
  assert.deepEqual(find('abcd'), [
    [8, 1, 4],
    [4, 2, 4],
  ]);
  assert.deepEqual(find('字'), [[9, 0, 1]]);
  assert.deepEqual(find('ER'), [[4, 0, 2]]);
  assert.deepEqual(find('漢'), [[7, 0, 2]]);
  assert.deepEqual([find(''), find('zz')], [[], []]);
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

test('output of a run that is missing is a line in both streams, and what a device has kept of another release is nothing', () => {
  const read = createRunReader();
  const told = [{ o: 'a\x1b[3' }, { skip: 4321 }, { o: 'b' }, { skip: 'x' }, null].map(read);
  assert.deepEqual(told.slice(1), [
    { stream: 'hole', text: '\n[4,321 bytes are missing here]\n' },
    { stream: 'out', text: 'b' },
    undefined,
    undefined,
  ]);
  const hole = told[1];
  assert.ok(hole !== undefined && isIn(hole, 'out') && isIn(hole, 'err') && isIn(hole, 'both'));
  assert.deepEqual(
    keptPieces(JSON.stringify([...told.slice(1, 3), null, { stream: 'x', text: '' }])),
    told.slice(1, 3),
  );
  for (const kept of ['null', '{}', 'no JSON']) assert.deepEqual(keptPieces(kept), []);
});

test('what a channel tells of a terminal that is hostile or of another release changes nothing', () => {
  for (const entry of [null, 1, {}, { r: [] }, { r: [80] }, { r: [80, 24, 1] }, { r: [80, 0] }, { r: [80.5, 24] }])
    assert.deepEqual(entryOf(entry), {}, JSON.stringify(entry));
  for (const entry of [{ r: [100_000, 24] }, { r: ['80', '24'] }, { o: 1 }]) assert.deepEqual(entryOf(entry), {});
  assert.deepEqual(entryOf({ o: 'x', r: [100, 30] }), { output: 'x', size: { cols: 100, rows: 30 } });
  for (const json of ['null', '1', 'no JSON', '{}', '{"text":1}', '[]']) assert.equal(screenOf(json), undefined, json);
  assert.deepEqual(screenOf('{"text":"$ ","cols":1e9,"rows":2}'), { text: '$ ', cols: 80, rows: 24 });
  assert.deepEqual(screenOf('{"text":"$ ","cols":90,"rows":30}'), { text: '$ ', cols: 90, rows: 30 });
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
function typing(answer: (sent: Sent, at: number) => Promise<void>, sealing?: InputsSealing) {
  const sent: Sent[] = [];
  const dropped: string[] = [];
  const call = async (_name: string, { body }: { body: Sent }) => {
    sent.push(body);
    await answer(body, sent.length);
    return {};
  };
  const heard = { dropped: (why: string) => dropped.push(why), taken: () => {} };
  return { sent, dropped, ...createInputs({ call } as unknown as Api, 'terminal-1', heard, sealing) };
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

test('a key whose seal took too long is dropped, and not typed after it was said to be dropped', async () => {
  mock.timers.enable({ apis: ['Date'] });
  try {
    let broken = 0;
    const seal = async () => {
      mock.timers.setTime(Date.now() + limits.inputAgeMsMax);
      return [{ a: 'attach', n: 1, c: 'sealed' }];
    };
    const typed = typing(async () => {}, { seal, again: () => [], whenAgain: () => {}, broken: () => broken++ });
    typed.send('rm -rf x\r');
    await settle();
    assert.deepEqual([typed.sent, typed.dropped.length, broken], [[], 1, 1]);
  } finally {
    mock.timers.reset();
  }
});

test('what waits behind a key that was lost is dropped, and it is said why', async () => {
  let broken = 0;
  const seal = () => Promise.reject(new BehindLost('Not typed: it follows a lost key.'));
  const typed = typing(async () => {}, { seal, again: () => [], whenAgain: () => {}, broken: () => broken++ });
  typed.send('rm -rf /\r');
  await settle();
  assert.deepEqual([typed.sent, typed.dropped, broken], [[], ['Not typed: it follows a lost key.'], 1]);
});

test('keys that come before the machine is back are sent again until it is, and for no longer than an input lives', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    let isAway = true;
    const typed = typing(async () => {
      if (isAway) throw new Refusal({ code: 'machine-unavailable', title: 'The machine is offline' } as never);
    });
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        mock.timers.tick(100);
        await settle();
      }
    };
    typed.send('a');
    await settle();
    await pass(1000);
    isAway = false;
    await pass(500);
    assert.deepEqual(new Set(typed.sent.map(({ producer, seq, inputs }) => `${producer} ${seq} ${inputs}`)).size, 1);
    assert.deepEqual([typed.sent.length > 1, typed.dropped], [true, []]);
    isAway = true;
    typed.send('b');
    await pass(limits.inputAgeMsMax + 1000);
    assert.deepEqual(typed.dropped.length, 1);
  } finally {
    mock.timers.reset();
  }
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
    assert.deepEqual(typed.dropped, ['Not typed: it could not be sent within 10 s.']);
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

test('keys into a terminal that its owner would not open now go nowhere, and the sentence says why', () => {
  const risks = { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'refuse' } as const;
  const typing = (policy: object, more: object = {}, seal?: string) => {
    const machine = {
      name: 'laptop',
      status: 'online',
      projects: [{ id: 'p1', name: 'shop' }],
      policy: { risks, ...policy },
    };
    const session = {
      machine,
      project: 'p1',
      record: seal === undefined ? {} : { seal },
      ...more,
    } as unknown as Session;
    const connection = { rung: 'live' } as unknown as AppState['connection'];
    return whyNotTyping({ connection }, session, true);
  };
  const [allow, signed] = ['allow', 'signed'].map((verdict) => ({ kinds: { 'terminal-open': verdict } }));
  const refused = 'Not typed: the policy of laptop does not allow it any more.';
  assert.equal(typing({ ...allow }), undefined);
  assert.equal(typing({}), refused);
  assert.equal(typing({ ...signed }), refused);
  assert.equal(typing({ ...signed }, {}, 'hpke'), undefined);
  for (const named of ['p1', 'shop']) assert.equal(typing({ ...allow, projects: { [named]: 'refuse' } }), refused);
  assert.equal(typing({ ...allow }, { project: undefined }), refused);
  assert.equal(typing({ ...allow, home: true }, { project: undefined }), undefined);
});
