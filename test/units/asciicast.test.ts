/** Recordings of terminals, read as they come: also by whom they were not made, and cut off anywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CastEvent, createCastReader, lengthText } from '#contract/asciicast.ts';

const recording = [
  '{"version":2,"width":60,"height":20,"timestamp":1700000000,"command":"sh"}',
  '[0.5,"o","grün "]',
  '[1,"r","100x30"]',
  '[0.2,"o","\\u001b[1m😀"]',
  '',
].join('\n');
const events: CastEvent[] = [
  { at: 0.5, output: 'grün ' },
  { at: 1, size: { cols: 100, rows: 30 } },
  { at: 1, output: '\x1b[1m😀' },
];

test('a recording is the same however it is cut, and its time never runs backwards', () => {
  for (let cut = 0; cut <= recording.length; cut++) {
    const reader = createCastReader();
    const pieces = [recording.slice(0, cut), recording.slice(cut, cut + 3), recording.slice(cut + 3)];
    assert.deepEqual(
      pieces.flatMap((piece) => [...reader.add(piece)]),
      events,
      String(cut),
    );
    assert.deepEqual(reader.header, { cols: 60, rows: 20, startedAt: 1_700_000_000_000, command: 'sh' });
  }
});

test('lines that are no events are passed by, and no size is larger than a terminal may be', () => {
  const reader = createCastReader();
  assert.deepEqual(reader.add('{"version":1}\n'), []);
  assert.equal(reader.header, undefined);
  reader.add('{"version":2,"width":1e9,"height":-1}\n');
  assert.deepEqual(reader.header, { cols: 80, rows: 24 });
  const hostile = [
    '',
    '{',
    '[]',
    '[1]',
    '[-1,"o","a"]',
    '["1","o","a"]',
    '[1e999,"o","a"]',
    '[1,"o",7]',
    '[1,"i","a"]',
  ];
  const sizes = ['[1,"r","0x5"]', '[1,"r","99999x5"]', '[1,"r","5"]', '[1,"r","5x5x5"]', 'null', '[null,"o","a"]'];
  assert.deepEqual(reader.add(`${[...hostile, ...sizes].join('\n')}\n`), []);
  assert.deepEqual(reader.add('[2,"o","a"]\n'), [{ at: 2, output: 'a' }]);
});

test('lengths are told as on a player', () => {
  assert.deepEqual([0, 9.6, 64, 3723].map(lengthText), ['0:00', '0:10', '1:04', '1:02:03']);
});
