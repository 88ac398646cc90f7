/** An answer that would fill the memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { openMeddler } from '../kit/meddler.ts';

const block = Buffer.alloc(256 * 1024, ' ');

test('an answer without end is cut at the limit, and the connection with it', async () => {
  let sent = 0;
  async function* endless() {
    for (; sent < 1024 ** 3; sent += block.length) yield block;
  }
  const headers = { 'content-type': 'application/json' };
  await using box = await openMeddler('http://127.0.0.1:9', () => ({ status: 200, headers, answer: endless }));
  await using client = createClient({ origin: new URL(box.url), key: '', answerBytesMax: 1024 * 1024 });
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.match(error.message, /answered with more than 1048576 bytes; it was cut/);
    return true;
  });
  assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes were read`);
});

test('an answer that announces too much is not read at all', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': String(1024 ** 3) };
  async function* never() {
    yield block;
  }
  await using box = await openMeddler('http://127.0.0.1:9', () => ({ status: 200, headers, answer: never }));
  await using client = createClient({ origin: new URL(box.url), key: '' });
  await assert.rejects(client.call('hello'), /it was cut/);
});
