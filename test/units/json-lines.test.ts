/** Exports read everything: one at a time for each person. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { createExports } from '../../api/routes/json-lines.ts';
import { eventually } from '../kit/eventually.ts';

test('a second export of a person is refused while the first one runs, also by one who left in the middle, and another person has theirs', async () => {
  const exported = createExports();
  let open = Promise.withResolvers<void>();
  const lines = async function* () {
    yield '{"is":"person"}';
    await open.promise;
    yield '{"is":"end"}';
  };
  const server = createServer((request, response) => {
    const caller = { organisation: 'o', person: String(request.url) };
    try {
      exported(caller, response, 'account.jsonl', lines());
    } catch (error) {
      assert.ok(error instanceof Problem);
      response.writeHead(error.status).end(error.code);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = async (person: string, signal?: AbortSignal) =>
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${person}`, signal && { signal });
  const ada = await ask('ada');
  const second = await ask('ada');
  assert.deepEqual([ada.status, second.status, await second.text()], [200, 429, 'too-many-requests']);
  const eve = await ask('eve');
  open.resolve();
  assert.equal(await ada.text(), '{"is":"person"}\n{"is":"end"}\n');
  assert.match(await eve.text(), /end/);
  open = Promise.withResolvers<void>();
  const leaves = new AbortController();
  await ask('ada', leaves.signal);
  leaves.abort();
  await eventually(async () => {
    const again = await ask('ada');
    open.resolve();
    return again.status === 200 && (await again.text()).endsWith('{"is":"end"}\n');
  });
  server.close();
  server.closeAllConnections();
});
