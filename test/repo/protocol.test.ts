/** The rules of the wire and the tests that hold them stay together. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isMachineCode, problems } from '#contract/problems.ts';

const root = join(import.meta.dirname, '..', '..');

test('every rule of docs/protocol.md is named by the title of a test, and no test names a rule that is not there', async () => {
  const rules = await rulesOfTheWire();
  const named = await rulesNamedByTests();
  assert.equal(new Set(rules).size, rules.length, `a number is taken twice: ${rules.join(' ')}`);
  assert.ok(rules.length > 30, `only ${rules.length} rules found`);
  assert.deepEqual(
    rules.filter((rule) => !named.has(rule)),
    [],
    'rules without a test',
  );
  assert.deepEqual(
    [...named].filter((rule) => !rules.includes(rule)),
    [],
    'tests of no rule',
  );
});

test('docs/protocol.md lists the codes that a machine may say', async () => {
  const text = await readFile(join(root, 'docs/protocol.md'), 'utf8');
  const list = /^A machine may say these codes of a failure:([^.]*)\./m.exec(text)?.[1] ?? '';
  const listed = [...list.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  assert.deepEqual(listed, Object.keys(problems).filter(isMachineCode).toSorted());
});

async function rulesOfTheWire(): Promise<readonly string[]> {
  const text = await readFile(join(root, 'docs/protocol.md'), 'utf8');
  return [...text.matchAll(/^\| ([EBCQSHRNI]\d+) \|/gm)].map(([, rule = '']) => rule);
}

/** Titles name rules in brackets: `(B4)`, `(S2, S5)`. */
async function rulesNamedByTests(): Promise<Set<string>> {
  const named = new Set<string>();
  for await (const file of glob('test/**/*.test.ts', { cwd: root })) {
    const text = await readFile(join(root, file), 'utf8');
    for (const [, list = ''] of text.matchAll(/\btest\w*\(\s*['"`][^\n]*?\(((?:[EBCQSHRNI]\d+(?:, )?)+)\)/g))
      for (const rule of list.split(', ')) named.add(rule);
  }
  return named;
}
