/** A proxy that resets the connection at CONNECT. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { openFaultProxy } from '../kit/fault-proxy.ts';

test('a proxy that resets every CONNECT is tried at most three times within 3 s', async () => {
  await using box = await openFaultProxy('reset');
  await using client = createClient({ origin: new URL('https://relay.example'), key: '', proxy: box.proxy });
  const began = performance.now();
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.match(error.message, /closed the connection at CONNECT/);
    return true;
  });
  assert.equal(box.connects.length, limits.proxyTriesMax);
  assert.ok(performance.now() - began < limits.proxyTriesMs);
});

test('a proxy that is not there is named', async () => {
  const box = await openFaultProxy('reset');
  await box[Symbol.asyncDispose]();
  await using client = createClient({ origin: new URL('https://relay.example'), key: '', proxy: box.proxy });
  await assert.rejects(
    client.call('hello'),
    /The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) refuses connections\./,
  );
});
