/** A text that was parsed lately is not parsed again, and no text gets the value of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembering } from '../../api/store/tables.ts';

test('each text has its own value, and those that are read stay while others are dropped', () => {
  let parsings = 0;
  const layout = remembering<{ readonly text: string }>({
    parse: (text) => {
      parsings += 1;
      return { text };
    },
    format: ({ text }) => text,
  });
  for (let round = 0; round < 3; round++) assert.equal(layout.parse('often').text, 'often');
  assert.equal(parsings, 1);
  for (let number = 0; number < 1000; number++) {
    assert.equal(layout.parse(`text ${number}`).text, `text ${number}`);
    assert.equal(layout.parse('often').text, 'often');
  }
  assert.equal(parsings, 1001);
  layout.parse('text 0');
  assert.equal(parsings, 1002, 'it holds no more than some');
});

test('a text that cannot be read is refused each time', () => {
  const layout = remembering({
    parse: () => {
      throw new TypeError('unreadable');
    },
    format: String,
  });
  for (let round = 0; round < 2; round++) assert.throws(() => layout.parse('bad'), TypeError);
});
