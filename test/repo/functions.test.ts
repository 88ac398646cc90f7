/** Functions stay short enough to be read at once: state is an object, and what is done with it are functions beside it. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const LINES_MAX = 60;

/** What a function begins with: its line ends so, and the line that closes it is indented alike, since Biome formats all files. */
const opening = /(?:=>|\)(?:: .*)?) \{$/;

/** The functions of a file that are too long, by their first line and how many they have. */
function longFunctions(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    if (!opening.test(line)) return [];
    const indent = /^ */.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${indent}}`));
    const first = firstLine(lines, at, indent);
    return end - first + 1 > LINES_MAX ? [`${first + 1}: ${lines[first]?.trim()} (${end - first + 1} lines)`] : [];
  });
}

/** A head of several lines begins with the last line before its end that is indented as that. */
function firstLine(lines: readonly string[], at: number, indent: string): number {
  if (!lines[at]?.startsWith(`${indent})`)) return at;
  const before = lines
    .slice(0, at)
    .findLastIndex((line) => line.startsWith(indent) && !/^\s/.test(line.slice(indent.length)));
  return before === -1 ? at : before;
}

test('a function that is too long is found, also one whose head has several lines', () => {
  const body = '    act();\n'.repeat(LINES_MAX);
  assert.equal(longFunctions(`function long() {\n${body}}\n`).length, 1);
  assert.equal(longFunctions(`  const long = async (one) => {\n${body}  };\n`).length, 1);
  assert.deepEqual(longFunctions(`function long(\n  one: string,\n): Promise<{ a: 1 }> {\n${body}}\n`), [
    `1: function long( (${LINES_MAX + 4} lines)`,
  ]);
  assert.equal(longFunctions(`const table = {\n${body}};\n`).length, 0);
});

test(`no function of api/ and bridge/ has over ${LINES_MAX} lines`, async () => {
  const long: string[] = [];
  for await (const file of glob(['api/**/*.ts', 'bridge/**/*.ts'], { cwd: root }))
    long.push(...longFunctions(await readFile(join(root, file), 'utf8')).map((found) => `${file}:${found}`));
  assert.deepEqual(long.sort(), []);
});
