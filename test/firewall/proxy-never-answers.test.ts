/** A proxy that takes the connection and then says nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { openFaultProxy } from '../kit/fault-proxy.ts';

const origin = new URL('https://relay.example');

test('a proxy that never answers CONNECT is given up after its deadline, and named', async () => {
  await using box = await openFaultProxy('silence');
  await using client = createClient({ origin, key: '', proxy: box.proxy, connectMs: 400 });
  const began = performance.now();
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.equal(error.breakage, 'timeout');
    assert.match(
      error.message,
      /^The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) did not answer CONNECT within 0\.4 s\.$/,
    );
    return true;
  });
  assert.ok(performance.now() - began < 1500);
  assert.equal(box.connects.length, 1);
});

test('a call that waits for such a proxy ends at once when it is given up', async () => {
  await using box = await openFaultProxy('silence');
  await using client = createClient({ origin, key: '', proxy: box.proxy });
  const controller = new AbortController();
  const began = performance.now();
  const calling = client.call('hello', { signal: controller.signal });
  controller.abort();
  await assert.rejects(calling, (error: unknown) => error instanceof Interruption && error.breakage === 'dropped');
  assert.ok(performance.now() - began < 500);
});
