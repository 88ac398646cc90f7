/** JSON from strangers: what is refused before anything is built of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { parseStrictJson, parseUtf8 } from '../../api/middleware/strict-json.ts';

function refused(text: string): Problem {
  try {
    parseStrictJson(text);
  } catch (error) {
    assert.ok(error instanceof Problem);
    assert.equal(error.code, 'json-invalid');
    return error;
  }
  return assert.fail(`${text.slice(0, 40)} was taken`);
}

for (const text of [
  '{}',
  '[]',
  '"x"',
  '{"a":{"a":[{"a":1},{"a":2}]},"b":"{\\"a\\":1,\\"a\\":2}"}',
  ' {"é\\u00e9":"\\\\"} ',
]) {
  test(`${text} comes out as JSON.parse has it`, () => {
    assert.deepEqual(parseStrictJson(text), JSON.parse(text));
  });
}

for (const [text, pointer] of [
  ['{"a":1,"a":2}', '/a'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['{"x":[{},{"b":{"c":1,"c":2}}]}', '/x/1/b/c'],
  ['{"__proto__":{}}', '/__proto__'],
  ['{"a":{"\\u005f_proto__":1}}', '/a/__proto__'],
] as const) {
  test(`${text} is refused with the pointer ${pointer}`, () => {
    assert.equal(refused(text).extra.pointer, pointer);
  });
}

for (const text of [
  '',
  '  ',
  '{',
  '{"a":1,}',
  '[1',
  '{"a',
  '{"a\\',
  "{'a':1}",
  '{"a":1}x',
  'undefined',
  '\ufeff{}',
  '"\\u12"',
]) {
  test(`${JSON.stringify(text)} is refused`, () => {
    refused(text);
  });
}

test('nesting is taken to its limit and not beyond, however deep it goes', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(parseStrictJson(nested(limits.jsonDepthMax)));
  refused(nested(limits.jsonDepthMax + 1));
  refused('['.repeat(1_000_000));
  refused('{"a":'.repeat(100_000));
});

test('bytes that are not UTF-8 are refused, not mended', () => {
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]])
    assert.throws(() => parseUtf8(Uint8Array.from(bytes)), { code: 'json-invalid' });
});

test('six megabytes of one string take well under a second', () => {
  const text = JSON.stringify({ content: '\\"x\n'.repeat(1_000_000) });
  const startedAt = performance.now();
  parseStrictJson(text);
  assert.ok(performance.now() - startedAt < 1000);
});
