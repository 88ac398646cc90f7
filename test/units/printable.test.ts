/** What somebody else has written is shown, and draws nothing. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { headerText, printable, printableJson } from '#contract/printable.ts';
import { isMachineCode } from '#contract/problems.ts';
import { createLog as createRelayLog } from '../../api/log.ts';
import { createLog } from '../../bridge/log.ts';

const drawing = [
  '\u001b[2J',
  '\u009b2J',
  '\r\n',
  '\u0000',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u061c',
  '\u2028',
  '\ufeff',
  '\ud800',
];
const draws = /[\p{Cc}\p{Cs}\u061c\u2028\u202e\u2066\ufeff]/u;

test('no text draws on a terminal, turns the line around or ends it; other text stays as it is', () => {
  for (const text of drawing) assert.doesNotMatch(printable(`a${text}b`), draws, JSON.stringify(text));
  for (const text of ['Größe: 5 – 日本語', '👩‍💻 ok', 'می‌خواهم']) assert.equal(printable(text), text);
  assert.equal(printable('x'.repeat(20), 10), `${'x'.repeat(9)}…`);
});

test('JSON on a terminal means the same and draws nothing', () => {
  const value = { text: drawing.join('|'), 'k\u202e': 1 };
  const json = printableJson(JSON.stringify(value));
  assert.doesNotMatch(json, draws);
  assert.deepEqual(JSON.parse(json), value);
});

test('no header can be ended from inside', () => {
  assert.match(headerText(drawing.join('é')), /^[\x20-\x7e]*$/);
});

test('a line of either log is one line, whatever it tells of', () => {
  const lines: string[] = [];
  createLog('info', (line) => lines.push(line)).info(`from the relay: ${drawing.join(' ')}`);
  createRelayLog('info', (line) => lines.push(line)).info('told', { by: drawing.join(' ') });
  assert.equal(lines.length, 2);
  for (const line of lines) assert.doesNotMatch(line.replace(/\n$/, ''), draws);
});

test('every code that the bridge gives a command is one that a machine may say', async () => {
  const root = join(import.meta.dirname, '..', '..');
  const codes = new Set<string>();
  for await (const file of glob('bridge/{commands,files,formats}/**/*.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, code = ''] of text.matchAll(/new Problem\(\s*'([a-z-]+)'/g)) codes.add(code);
  }
  assert.ok(codes.size > 15);
  codes.delete('defect');
  assert.deepEqual(
    [...codes].filter((code) => !isMachineCode(code)),
    [],
  );
});
