/** Bytes that wait between being read and being uploaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodies } from '../../bridge/watch/bodies.ts';

const template = Buffer.from('# A template\n');

test('a template in hundreds of specs is read once for each of them, also where the first of them has gone up', () => {
  const bodies = createBodies();
  for (let spec = 0; spec < 3; spec++) bodies.keep('template', template);
  bodies.drop('template');
  bodies.drop('template');
  assert.equal(bodies.get('template'), template);
  bodies.drop('template');
  assert.equal(bodies.get('template'), undefined);
});

test('bytes that many documents share count once, and leave when there are too many others', () => {
  const bodies = createBodies(8 * template.byteLength);
  for (let spec = 0; spec < 100; spec++) bodies.keep('template', template);
  for (let n = 0; n < 7; n++) bodies.keep(`other ${n}`, template);
  assert.equal(bodies.get('template'), template);
  bodies.keep('other 7', template);
  assert.equal(bodies.get('template'), undefined);
  assert.equal(bodies.get('other 0'), template);
});
