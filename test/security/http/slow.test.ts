/** What takes its time: keepalives of a quiet stream, and senders who never come to an end. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { openStream } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';
import { sendRaw } from '../../kit/raw-http.ts';

let world: TestApi;

before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

suite('side by side', { concurrency: true }, () => {
  test('a visible keepalive comes every 15 s, and says which feeds have moved', async () => {
    const startedAt = performance.now();
    await using reader = await openStream(world.url, world.ownerKey);
    await eventually(() => reader.controls.some(({ type }) => type === 'keepalive'), {
      timeoutMs: 20_000,
      everyMs: 100,
    });
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs > 12_000 && elapsedMs < 18_000, `${elapsedMs} ms`);
    assert.deepEqual(reader.controls.at(-1)?.offsets, {}, 'nothing has moved');
  });

  test('headers that do not end are cut off after 20 s', async () => {
    const startedAt = performance.now();
    const { status } = await sendRaw(world.url, 'GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 40_000);
    assert.ok([0, 408].includes(status));
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs < limits.headersMsMax + 5000, `${elapsedMs} ms`);
  });

  test('a body that a stranger does not end is cut off after 20 s', async () => {
    const startedAt = performance.now();
    const head = 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const { status } = await sendRaw(world.url, `${head}Content-Length: 100\r\n\r\n{"token":`, 40_000);
    assert.ok([0, 408].includes(status));
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs > 15_000 && elapsedMs < limits.strangerBodyMsMax + 5000, `${elapsedMs} ms`);
  });

  test('while a hundred senders dawdle over their bodies, everybody else is answered', async () => {
    const head = `POST /v1/machines HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${world.ownerKey}\r\n`;
    const slow = Array.from({ length: 100 }, () =>
      sendRaw(world.url, `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":`, 2000),
    );
    const startedAt = performance.now();
    assert.equal((await world.ask('GET', '/v1/machines')).status, 200);
    assert.ok(performance.now() - startedAt < 1500);
    await Promise.all(slow);
    const { json } = await world.ask<{ items: unknown[] }>('GET', '/v1/machines');
    assert.deepEqual(json.items, []);
  });
});
