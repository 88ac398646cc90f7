/** What somebody whom the relay does not know can cost it: bytes held, memory, and the time of others. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { limits } from '#contract/limits.ts';
import { createAsk, type TestApi } from '../../kit/api.ts';
import { eventually } from '../../kit/eventually.ts';
import { freePort } from '../../kit/free-port.ts';
import { longestWait, metricOf, residentBytes } from '../../kit/pressure.ts';
import { openTemporaryFolder, type TemporaryFolder } from '../../kit/projects.ts';
import { openRelayProcesses, type RelayProcesses } from '../../kit/relay-processes.ts';
import { sessionOf } from '../../kit/session.ts';

const MIB = 1024 * 1024;

let folder: TemporaryFolder;
let relay: RelayProcesses;
let metricsUrl: string;
let ask: TestApi['ask'];
before(async () => {
  folder = await openTemporaryFolder();
  const metrics = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metrics}`;
  relay = await openRelayProcesses(folder.path, { SALLYPORT_METRICS: metrics, SALLYPORT_BEHIND_PROXY: 'true' });
  ask = createAsk(relay.url, relay.key);
});
after(async () => {
  await relay[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const memory = () => residentBytes(relay.programs()[0]?.child.pid);
const heldBytes = () => metricOf(metricsUrl, 'sallyport_body_bytes');
const json = { 'content-type': 'application/json' };

/** Opens connections that each send a request's head and all of its body but the end. */
async function sendHalves(count: number, head: string, claimed: number, sent: number) {
  const { hostname, port } = new URL(relay.url);
  const body = `{"token":"${'x'.repeat(sent - 10)}`;
  const answers: string[] = [];
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket: Socket = connect(Number(port), hostname).setEncoding('latin1');
      socket.on('error', () => {}).on('data', (text: string) => answers.push(text));
      await once(socket, 'connect');
      socket.write(`${head}Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${claimed}\r\n\r\n`);
      socket.write(body);
      return socket;
    }),
  );
  return {
    answers,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('2.5 KB of nested field names do not stop the relay for anybody', async () => {
  const idle = await longestWait(relay.url, delay(500));
  // Zipped a thousand to one: long names on each level, and many short ones on the innermost.
  const names = Array.from({ length: 30 }, (_, level) => `{"${String.fromCharCode(97 + level)}${'x'.repeat(50_000)}":`);
  const many = Array.from({ length: 100_000 }, (_, index) => `"${index}":0`).join(',');
  const raw = new Uint8Array(gzipSync(`${names.join('')}{${many}}${'}'.repeat(30)}`));
  const headers = { ...json, 'content-encoding': 'gzip' };
  const stranger = Promise.all(
    Array.from({ length: 10 }, () => ask('POST', '/v1/sessions', { key: null, raw, headers })),
  );
  const known = Promise.all(
    Array.from({ length: 10 }, () => ask('POST', '/v1/machines/none/commands', { raw, headers })),
  );
  const attacked = await longestWait(relay.url, Promise.all([stranger, known]));
  assert.ok(attacked < 20 * idle + 300, `${attacked} ms, idle ${idle} ms`);
  for (const { status, json: problem } of await stranger)
    assert.equal(`${status} ${problem.code} ${problem.limit}`, `413 body-too-large ${limits.requestBytesMax}`);
  for (const { status, json: problem } of await known) assert.equal(`${status} ${problem.code}`, '400 json-invalid');
});

test('150 bodies that never end hold half a megabyte, and everybody else is served', async () => {
  const before = await memory();
  const post = 'POST /v1/sessions HTTP/1.1\r\nX-Forwarded-For: 198.51.100.7\r\n';
  using large = await sendHalves(150, post, 6 * MIB, 4 * MIB);
  using small = await sendHalves(150, post, limits.requestBytesMax, limits.requestBytesMax - 1);
  await eventually(() => large.answers.length >= 150 && small.answers.length >= 100, { timeoutMs: 20_000 });
  assert.match(large.answers[0] ?? '', /^HTTP\/1\.1 413 /);
  assert.match(small.answers[0] ?? '', /^HTTP\/1\.1 429 .*too-many-bytes/s);
  const held = await heldBytes();
  assert.ok(held > 0 && held <= limits.bodyBytesPerNetworkMax, `${held} bytes are held`);
  const grown = (await memory()) - before;
  assert.ok(grown < 100 * MIB, `grown by ${Math.round(grown / MIB)} MiB`);

  const signIn = (from: string) =>
    ask('POST', '/v1/sessions', {
      key: null,
      headers: { 'x-forwarded-for': from },
      body: { token: 'x'.repeat(43) },
    });
  assert.equal((await signIn('198.51.100.7')).json.code, 'too-many-bytes');
  assert.equal((await signIn('203.0.113.9')).json.code, 'sign-in-link-spent', 'another network is let in');
  assert.equal((await ask('POST', '/v1/keys', { body: { name: 'mine', scope: 'read' } })).status, 201);
});

test('what half-sent bodies held is given back when they are gone', async () => {
  await eventually(async () => (await heldBytes()) === 0);
});

test('300 readers who ask for the largest pages and take nothing hold one copy of each', async () => {
  const before = await memory();
  const { hostname, port } = new URL(relay.url);
  const asked = ['/v1/openapi.json', '/docs'].map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n`,
  );
  const sockets = Array.from({ length: 300 }, () =>
    connect(Number(port), hostname)
      .on('error', () => {})
      .pause(),
  );
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.write(asked.join('').repeat(4));
    await longestWait(relay.url, delay(1500));
    const grown = (await memory()) - before;
    assert.ok(grown < 50 * MIB, `grown by ${Math.round(grown / MIB)} MiB`);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test('a member who begins many large writes holds 16 MiB, and another member is served', async () => {
  const { json: writer } = await ask<{ key: string }>('POST', '/v1/keys', { body: { name: 'w', scope: 'write' } });
  const link = await ask<{ url: string }>('POST', '/v1/invitations', { body: { name: 'Grace', role: 'member' } });
  const head = `POST /v1/machines/none/commands HTTP/1.1\r\nAuthorization: Bearer ${writer.key}\r\n`;
  using halves = await sendHalves(10, head, 5 * MIB, 4 * MIB);
  await eventually(() => halves.answers.length >= 5, { timeoutMs: 20_000 });
  assert.match(halves.answers[0] ?? '', /too-many-bytes/);
  const held = await heldBytes();
  assert.ok(held <= limits.bodyBytesPerCallerMax, `${held} bytes are held`);
  const origin = { origin: relay.url, 'sec-fetch-site': 'same-origin' };
  const signedIn = await ask('POST', '/v1/sessions', {
    key: null,
    headers: origin,
    body: { token: link.json.url.split('/').at(-1) },
  });
  assert.equal(signedIn.status, 201);
  const text = 'x'.repeat(5 * MIB);
  const args = { project: 'p', spec: 's', document: 'design.md', content: text };
  const sent = await ask('POST', '/v1/machines/none/commands', {
    key: null,
    headers: { ...origin, ...sessionOf(signedIn) },
    body: { kind: 'spec-document-write', args, ifRev: 'absent' },
  });
  assert.equal(sent.json.code, 'machine-unknown');
});
