/** The texts of many rows in one block. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createTexts } from '../../bridge/packed/texts.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const text = fc.oneof(
  fc.constantFrom(undefined, '', 'plain', 'naïve', '日本語', 'half of a pair \ud83d'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

test('each row has the text that was set last, to the letter, however often others change', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(200), text), { maxLength: 300 }), (sets) => {
      const texts = createTexts();
      const wanted = new Map<number, string | undefined>();
      for (const [row, value] of sets) {
        texts.set(row, value);
        wanted.set(row, value);
      }
      for (let row = 0; row <= 200; row++) assert.equal(texts.at(row), wanted.get(row));
    }),
    { verbose: true },
  );
});

test('texts that change again and again take no more memory, and the others stay as they are', () => {
  const texts = createTexts();
  const rows = 2000;
  for (let row = 0; row < rows; row++) texts.set(row, `Row ${row}`);
  const inUse = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = inUse();
  const long = 'A title that was written anew. '.repeat(10);
  for (let round = 0; round < 50; round++)
    for (let row = 0; row < rows; row += 2) texts.set(row, `${long}${round} ${row}`);
  const grown = inUse() - before;
  assert.ok(grown < 3_000_000, `${grown} bytes more, after 50 rounds of 0.3 MB`);
  for (let row = 1; row < rows; row += 2) assert.equal(texts.at(row), `Row ${row}`);
  for (let row = 0; row < rows; row += 2) assert.equal(texts.at(row), `${long}49 ${row}`);
});
