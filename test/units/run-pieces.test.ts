/** What the result of a run has of its output: all of a short one; of a long one both ends, and how much lies between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { outputOf, withoutTorn } from '../../bridge/commands/run-pieces.ts';
import type { Sessions } from '../../bridge/sessions/sessions.ts';

const { runResultHeadBytes: headMax, runResultTailBytes: tailMax } = limits;

/** Reads bytes as the machine has kept them. */
const kept = (bytes: Buffer): Pick<Sessions, 'output'> => ({
  output: async (_run, _stream, from, most) => ({
    ...{ bytes: bytes.subarray(from, from + most), skipped: 0, isAtHole: false, end: true },
  }),
});

const piece = (bytes: Buffer, total = bytes.length) => outputOf(kept(bytes), 'run', 'out', total);

test('a short output is whole', async () => {
  for (const size of [0, 1, headMax + tailMax]) {
    const bytes = Buffer.alloc(size, 'a');
    assert.deepEqual(await piece(bytes), { bytes, isCut: false });
  }
});

test('of a long output the beginning and the end are there, and between them how much is left out', async () => {
  const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `line ${at}\n`).join(''));
  const { bytes: cut, isCut } = await piece(bytes);
  assert.equal(isCut, true);
  const line = `\n[${bytes.length - headMax - tailMax} bytes are left out]\n`;
  const expected = [bytes.subarray(0, headMax), Buffer.from(line), bytes.subarray(-tailMax)];
  assert.deepEqual(cut, Buffer.concat(expected));
});

test('no character is torn where it is cut', async () => {
  for (const character of ['é', '€', '😀'])
    for (const before of ['', 'a', 'ab', 'abc']) {
      const text = `${before}${character.repeat(200_000)}`;
      const { bytes } = await piece(Buffer.from(text));
      const [head, tail] = bytes.toString('utf8').split(/\n\[\d+ bytes are left out\]\n/);
      assert.ok(text.startsWith(head ?? '?') && text.endsWith(tail ?? '?'), `${character} behind "${before}"`);
      assert.ok((head?.length ?? 0) > 0 && (tail?.length ?? 0) > 0);
    }
});

test('where the disk was full, what is there is shown, and behind it how much is left out', async () => {
  for (const size of [0, 7, headMax + 7, headMax + 2 * tailMax]) {
    const bytes = Buffer.alloc(size, 'a');
    const { bytes: cut, isCut } = await piece(bytes, 1_000_000);
    const shown = Math.min(size, headMax + tailMax);
    assert.deepEqual(
      [isCut, cut.toString()],
      [true, `${'a'.repeat(shown)}\n[${1_000_000 - shown} bytes are left out]\n`],
    );
  }
});

test('a piece that is read on its own ends with a whole character', () => {
  assert.equal(withoutTorn(Buffer.from('a€').subarray(0, 3)).toString(), 'a');
  assert.equal(withoutTorn(Buffer.from('a€')).toString(), 'a€');
  const binary = Buffer.from([0xff, 0x80, 0x80, 0x80, 0x80]);
  assert.deepEqual(withoutTorn(binary), binary);
});
