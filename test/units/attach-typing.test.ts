/** The keys that an attached terminal takes for itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTyping } from '../../bridge/cli/typing.ts';

/** What is sent of keys that come one after another, with `<left>` where they leave. */
function sent(...keys: string[]): string {
  const typing = createTyping();
  let text = '';
  for (const key of keys) {
    const typed = typing(key);
    text += typed.text;
    if (typed.isLeaving) return `${text}<left>`;
  }
  return text;
}

test('~. leaves at the beginning and after each line, also key by key', () => {
  assert.equal(sent('~.'), '<left>');
  assert.equal(sent('~', '.'), '<left>');
  assert.equal(sent('ls\r', '~', '.', 'rm'), 'ls\r<left>');
  assert.equal(sent('a\r~.b'), 'a\r<left>');
});

test('anywhere else it is text', () => {
  assert.equal(sent('ls ~', '.'), 'ls ~.');
  assert.equal(sent('cd ~/x\r'), 'cd ~/x\r');
  assert.equal(sent('\r', '~', '/'), '\r~/');
  assert.equal(sent('\r', '~', '\r', '~', '.'), '\r~\r<left>');
});

test('~~ is one ~', () => {
  assert.equal(sent('~', '~', '.'), '~.');
  assert.equal(sent('\r~~x'), '\r~x');
});
