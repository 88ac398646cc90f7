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

test('field names are few and short, and a long one is not repeated in the answer', () => {
  const named = (length: number) => `{"a":{"${'k'.repeat(length)}":1}}`;
  assert.ok(parseStrictJson(named(limits.jsonKeyLengthMax)));
  assert.equal(refused(named(limits.jsonKeyLengthMax + 1)).extra.pointer, '/a/0');
  refused(named(1_000_000));
  const escaped = (length: number) => `{"${'\\u0061'.repeat(length)}":1}`;
  assert.ok(parseStrictJson(escaped(limits.jsonKeyLengthMax)));
  refused(escaped(limits.jsonKeyLengthMax + 1));
  const many = (count: number) => `{${Array.from({ length: count }, (_, index) => `"${index}":1`).join(',')}}`;
  assert.ok(parseStrictJson(many(limits.jsonKeysMax)));
  refused(many(limits.jsonKeysMax + 1));
});

test('nested long field names cost no more than as many bytes of short ones', () => {
  const flat = '{"k":1},'.repeat(250_000);
  const names = '/'.repeat(limits.jsonKeyLengthMax - 1);
  const head = Array.from({ length: limits.jsonDepthMax - 2 }, () => `{"a${names.slice(1)}":`).join('');
  const deep = `${head}[${flat.slice(0, -1)}]${'}'.repeat(limits.jsonDepthMax - 2)}`;
  const took = (text: string) => {
    const startedAt = performance.now();
    parseStrictJson(text);
    return performance.now() - startedAt;
  };
  // In pairs, and the best of five: other tests share the processor.
  const ratios = [1, 2, 3, 4, 5].map(() => took(deep) / took(`[${flat.slice(0, -1)}]`));
  assert.ok(Math.min(...ratios) < 5, `${ratios.map((ratio) => ratio.toFixed(1))} times`);
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
