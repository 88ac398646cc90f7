/** What the result of a run has of its output: all of a short one; of a long one both ends, and how much lies between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { outputOf, withoutTorn } from '../../bridge/commands/run-pieces.ts';
import type { Sessions } from '../../bridge/sessions/sessions.ts';

const { runResultHeadBytes: headMax, runResultTailBytes: tailMax } = limits;

/** Reads bytes as the machine has kept them. */
const kept = (bytes: Buffer) =>
  ({ output: async (_run, _stream, from, most) => ({ bytes: bytes.subarray(from, from + most), end: true }) }) as Pick<
    Sessions,
    'output'
  >;

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

test('of an output that the machine could not keep whole, the end is that of what it kept', async () => {
  const bytes = Buffer.from(`${'a'.repeat(headMax)}${'b'.repeat(tailMax * 2)}c`);
  const { bytes: cut } = await piece(bytes, bytes.length + 1_000_000);
  const text = cut.toString();
  assert.ok(text.endsWith('bc'));
  assert.match(text, new RegExp(`\\[${bytes.length + 1_000_000 - headMax - tailMax} bytes are left out\\]`));
});

test('a piece that is read on its own ends with a whole character', () => {
  assert.equal(withoutTorn(Buffer.from('a€').subarray(0, 3)).toString(), 'a');
  assert.equal(withoutTorn(Buffer.from('a€')).toString(), 'a€');
  const binary = Buffer.from([0xff, 0x80, 0x80, 0x80, 0x80]);
  assert.deepEqual(withoutTorn(binary), binary);
});
