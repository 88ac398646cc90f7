/** What strangers send over HTTP: each class is refused with its problem, and nothing breaks. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { limits } from '#contract/limits.ts';
import { isProblemCode, problems } from '#contract/problems.ts';
import { type Route, routes } from '#contract/routes.ts';
import { PROTOCOL } from '#contract/version.ts';
import { type Answered, type AskOptions, openApi, type TestApi } from '../../kit/api.ts';
import { openBridgeCalls } from '../../kit/bridge-calls.ts';
import { sendRaw } from '../../kit/raw-http.ts';

let world: TestApi;
let machine: { readonly id: string; readonly name: string; readonly key: string };

before(async () => {
  world = await openApi(['--allowed-host', 'relay.lan', '--public-url', 'https://relay.example']);
  machine = await world.api.createMachine('laptop');
});
after(async () => await world[Symbol.asyncDispose]());

async function codeOf(method: string, path: string, options: AskOptions = {}): Promise<string> {
  const { status, json } = await world.ask(method, path, options);
  return `${status} ${json.code ?? ''}`.trim();
}

interface Page {
  readonly items: readonly { readonly name: string }[];
  readonly next?: string;
}

const json = { 'content-type': 'application/json' };
const rename = () => `/v1/machines/${machine.id}`;

test('every JSON answer carries p, and a refusal is a problem with code, hint, retry and request id (E1, E2)', async () => {
  const good = await world.ask('GET', '/v1/me');
  assert.equal(good.json.p, PROTOCOL);
  for (const [method, path, key] of [
    ['GET', '/v1/nothing', undefined],
    ['GET', '/v1/machines/none', undefined],
    ['GET', '/v1/me', null],
    ['PATCH', '/v1/machines', undefined],
  ] as const) {
    const { status, json: problem, headers } = await world.ask(method, path, key === null ? { key } : {});
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.ok(isProblemCode(problem.code));
    const { status: declared, hint, retry, title } = problems[problem.code];
    assert.deepEqual(
      [problem.p, problem.status, problem.hint, problem.retry, problem.title],
      [PROTOCOL, declared, hint, retry, title],
    );
    assert.equal(status, declared);
    assert.equal(problem.type, `/docs#problem-${problem.code}`);
    assert.equal(problem.instance, path);
    assert.match(String(problem.request), /^[0-9a-f-]{36}$/);
  }
});

test('a key in a URL is refused and is not repeated in the answer (E3)', async () => {
  for (const path of [
    `/v1/me?key=${world.ownerKey}`,
    `/v1/me?access_token=x`,
    `/v1/machines/${world.ownerKey}`,
    `/v1/me?_=%20${world.ownerKey}`,
    `/v1/machines/${world.ownerKey.replace('s', '%73')}`,
    `/v1/machines/${world.ownerKey.replace('_', '%255f').replace('p', 'P')}`,
  ]) {
    const { status, json: problem } = await world.ask('GET', path, { key: null });
    assert.equal(`${status} ${problem.code}`, '400 key-in-query');
    assert.ok(!JSON.stringify(problem).includes(world.ownerKey.slice(6)));
  }
});

test('a body is JSON, identity or gzip; anything else is 415 (E4)', async () => {
  const raw = '{"name":"laptop"}';
  for (const headers of [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/jsonp' },
    { ...json, 'content-encoding': 'br' },
    { ...json, 'content-encoding': 'gzip, gzip' },
    { ...json, 'content-encoding': 'deflate' },
  ]) {
    assert.equal(
      await codeOf('PATCH', rename(), { raw, headers }),
      '415 media-type-unsupported',
      JSON.stringify(headers),
    );
  }
  const zipped = { ...json, 'content-encoding': 'gzip' };
  assert.equal(await codeOf('PATCH', rename(), { raw: new Uint8Array(gzipSync(raw)), headers: zipped }), '200');
  assert.equal(await codeOf('PATCH', rename(), { raw: 'no gzip', headers: zipped }), '400 digest-mismatch');
  const twice = new Uint8Array(gzipSync(gzipSync(raw)));
  assert.equal(await codeOf('PATCH', rename(), { raw: twice, headers: zipped }), '400 json-invalid');
});

test('a body over the limit, or one that unpacks to more, is 413 and says the limit (E4)', async () => {
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(limits.requestBytesMax + 1, 0x20)));
  assert.ok(bomb.length < 100_000);
  for (const options of [
    { raw: bomb, headers: { ...json, 'content-encoding': 'gzip' } },
    { raw: ' '.repeat(limits.requestBytesMax + 1), headers: json },
  ]) {
    const { status, json: problem } = await world.ask('PATCH', rename(), options);
    assert.equal(`${status} ${problem.code} ${problem.limit}`, `413 body-too-large ${limits.requestBytesMax}`);
  }
  const chunked = await sendRaw(
    world.url,
    `PATCH ${rename()} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${world.ownerKey}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`100000\r\n${' '.repeat(0x100000)}\r\n`.repeat(7)}0\r\n\r\n`,
  );
  assert.equal(chunked.status, 413);
});

for (const [title, raw, code, pointer] of [
  ['a field twice', '{"name":"a","name":"b"}', 'json-invalid', '/name'],
  ['__proto__', '{"name":"a","__proto__":{"x":1}}', 'json-invalid', '/__proto__'],
  ['depth', `{"name":${'['.repeat(40)}${']'.repeat(40)}}`, 'json-invalid', undefined],
  ['broken syntax', '{"name":', 'json-invalid', undefined],
  ['invalid UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 'json-invalid', undefined],
  ['nothing', '', 'json-invalid', undefined],
  ['an unknown field', '{"name":"a","constructor":1}', 'body-invalid', '/constructor'],
  ['a missing field', '{}', 'body-invalid', '/name'],
  ['a wrong type', '{"name":7}', 'body-invalid', '/name'],
  ['an array at the root', '[]', 'body-invalid', ''],
  ['null at the root', 'null', 'body-invalid', ''],
  ['a name of two lines', '{"name":"a\\r\\nSet-Cookie: x=y"}', 'body-invalid', '/name'],
  ['a name that turns text around', '{"name":"a\\u202eb"}', 'body-invalid', '/name'],
] as const) {
  test(`a body with ${title} is refused with a pointer where there is one (E5)`, async () => {
    const { status, json: problem } = await world.ask('PATCH', rename(), { raw, headers: json });
    assert.equal(`${status} ${problem.code}`, `400 ${code}`);
    if (pointer !== undefined) assert.equal(problem.pointer, pointer);
  });
}

test('an unknown or repeated parameter is refused, with a hint to the right one (E5)', async () => {
  const { status, json: problem } = await world.ask('GET', `/v1/machines/${machine.id}/documents?knd=spec`);
  assert.equal(`${status} ${problem.code} ${problem.pointer}`, '400 parameter-invalid /knd');
  assert.match(String(problem.hint), /Did you mean kind\?/);
  for (const path of [
    '/v1/machines?limit=1&limit=2',
    '/v1/machines?limit=0',
    '/v1/machines?limit=501',
    '/v1/machines?limit=1e2',
    '/v1/machines?limit=%F0%9F',
    '/v1/machines?limit=%zz',
    '/v1/machines?after=%00',
    '/v1/machines?__proto__=1',
    '/v1/me?x',
    `/v1/machines/${machine.id}/documents?meta.=1`,
    `/v1/machines/${machine.id}/documents?meta.__proto__.x=1`,
  ]) {
    assert.equal(await codeOf('GET', path), '400 parameter-invalid', path);
  }
});

test('waits that are no waits are refused', async () => {
  for (const wait of ['-1', '1e9', 'NaN', '999', '', '1&wait=2', '0x10', ' 1', '51'])
    assert.equal(await codeOf('GET', `/v1/feeds/p/events?live=long-poll&wait=${wait}`), '400 parameter-invalid', wait);
});

test('offsets that nobody gave are refused, or reset the reader', async () => {
  const path = '/v1/feeds/o/events';
  const codeAt = async (offset: string) => {
    const { status, json } = await world.ask('GET', `${path}?offset=${offset}`);
    return `${status} ${json.code}`;
  };
  for (const offset of ['', 'x', '..%2f', 'x'.repeat(9000), '1', 'a.-1', 'a.1.5', '-2'])
    assert.equal(await codeAt(offset), '400 offset-invalid', offset);
  assert.equal(await codeAt('%00'), '400 parameter-invalid');
  const { json: foreign } = await world.ask<{ resets: unknown[] }>('GET', `${path}?offset=another.1`);
  assert.equal(foreign.resets.length, 1);
});

test('names in a path are looked up and never walked', async () => {
  const base = `/v1/machines/${machine.id}`;
  for (const [path, allowed] of [
    ['/v1/machines/..%2f..%2fetc', '400'],
    ['/v1/machines/%2e%2e', '404'],
    ['/v1/machines/a%00b', '400'],
    ['/v1/machines/a%5cb', '400'],
    ['/v1/machines/%E2%80%AEabc', '400'],
    ['/v1/machines/%zz', '400'],
    ['/v1/machines/%c0%af', '400'],
    ['/v1/machines/C:', '404'],
    ['/v1/machines/x::$DATA', '404'],
    ['/v1/machines/%252e%252e%252f', '404'],
    [`${base}/documents/p/..%2f..%2fetc%2fpasswd`, '404'],
    [`${base}/documents/p/%252e%252e%252fetc`, '404'],
    [`${base}/documents/p/a%00`, '400'],
    [`${base}/documents/p/a%5c..%5cb`, '400'],
    [`${base}/bodies/..%2f`, '400'],
    [`${base}/bodies/xyz`, '400'],
    [`${base}/bodies/${'a'.repeat(64)}`, '404'],
    ['/assets/..%2f..%2fpackage.json', '404'],
    ['/%2e%2e/package.json', '404'],
    [`/v1/machines/${'a'.repeat(9000)}`, '404'],
  ] as const) {
    const { status } = await world.ask('GET', path);
    assert.equal(String(status), allowed, path);
  }
});

test('a POST with ?_method= stands in for PATCH, PUT and DELETE, and for nothing else (E6)', async () => {
  const { status, json: renamed } = await world.ask('POST', `${rename()}?_method=PATCH`, { body: { name: 'desk' } });
  assert.equal(`${status} ${renamed.name}`, '200 desk');
  for (const method of ['GET', 'TRACE', 'patch', '', 'CONNECT'])
    assert.equal(await codeOf('POST', `${rename()}?_method=${method}`, { body: {} }), '400 parameter-invalid', method);
  assert.equal(await codeOf('GET', `${rename()}?_method=DELETE`), '400 parameter-invalid');
  assert.equal(await codeOf('GET', rename()), '200');
});

test('a machine and a project go by id, or by a name that only one has; otherwise 409 says so (E7)', async () => {
  const { machine: id } = await openBridgeCalls(world, 'named');
  for (const path of [`/v1/machines/${id}`, '/v1/machines/named', '/v1/machines/named/documents?project=one'])
    assert.equal(await codeOf('GET', path), '200', path);
  assert.equal(await codeOf('GET', '/v1/machines/named/documents?project=other'), '404 project-unknown');
  await world.api.createMachine('named');
  assert.equal(await codeOf('GET', '/v1/machines/named'), '409 machine-ambiguous');
  assert.equal(await codeOf('GET', `/v1/machines/${id}`), '200');
  await world.ask('DELETE', `/v1/machines/${id}`);
});

test('lists come in pages whose next is a path that works, also in Link (E8)', async () => {
  for (const name of ['two', 'three']) await world.api.createMachine(name);
  const names: string[] = [];
  let path: string | undefined = '/v1/machines?limit=1';
  while (path !== undefined) {
    const { json: page, headers }: Answered<Page> = await world.ask<Page>('GET', path);
    assert.equal(headers.get('link'), page.next === undefined ? null : `<${page.next}>; rel="next"`);
    names.push(...page.items.map(({ name }) => name));
    path = page.next;
  }
  assert.deepEqual(names.sort(), ['desk', 'named', 'three', 'two']);
  assert.equal(await codeOf('GET', '/v1/machines?after=forged'), '400 parameter-invalid');
});

test('the relay answers to its own names only, and never to two at once (E9)', async () => {
  const status = async (host: string, path = '/v1/hello') =>
    (await sendRaw(world.url, `GET ${path} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)).status;
  for (const host of [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '[::1]:8787',
    'relay.lan',
    'relay.example',
    'relay.example:443',
  ])
    assert.equal(await status(`Host: ${host}`), 200, host);
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'evil:x@localhost',
    'relay.example.evil',
    '',
    'a b',
    '192.0.2.1',
    'relay.example/x',
    'localhost\\@evil',
  ])
    assert.ok([400, 421].includes(await status(`Host: ${host}`)), host);
  assert.ok([400, 421].includes(await status('Host: localhost\r\nHost: evil.example')));
  assert.equal(await status('Host: evil.example\r\nX-Forwarded-Host: localhost'), 421);
  assert.equal(await status('Host: evil.example', '/livez'), 200);
  assert.equal(await status('Host: evil.example', '/readyz'), 421);
  assert.equal(
    (await sendRaw(world.url, 'GET http://evil.example/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n')).status,
    400,
  );
  assert.equal(
    (await sendRaw(world.url, 'GET //evil.example/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n')).status,
    400,
  );
});

test('requests that two servers would read differently are refused and end their connection', async () => {
  const head = `POST /v1/machines HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${world.ownerKey}\r\nContent-Type: application/json\r\n`;
  const smuggled = 'GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n';
  for (const rest of [
    `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde${smuggled}`,
    `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    `Content-Length: +4\r\n\r\nabcd${smuggled}`,
    `Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n${smuggled}`,
    `X: a\r\n\tb: c\r\nContent-Length: 0x4\r\n\r\nabcd${smuggled}`,
  ]) {
    const { status, text } = await sendRaw(world.url, head + rest);
    assert.equal(status, 400, rest);
    assert.equal(text.match(/HTTP\/1\.1 /g)?.length, 1, rest);
  }
});

test('another method of a known path is 405 with Allow; no page of another site is let in by CORS', async () => {
  const { status, headers } = await world.ask('DELETE', '/v1/machines');
  assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD, POST']);
  const preflight = await world.ask('OPTIONS', '/v1/machines', {
    key: null,
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 405);
  const get = await world.ask('GET', '/v1/me', { headers: { origin: 'https://evil.example' } });
  for (const answer of [preflight, get])
    assert.deepEqual(
      [...answer.headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
    );
  assert.equal(await codeOf('HEAD', '/v1/stream?live=sse'), '405');
});

test('every kind of answer carries the headers that keep browsers from running, sniffing or framing it', async () => {
  for (const path of ['/v1/me', '/v1/nothing', '/docs', '/v1/openapi.json', '/livez', '/', '/v1/machines/%00']) {
    const { headers } = await world.ask('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, path);
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\).*usb=\(\)/, path);
    assert.equal(headers.get('strict-transport-security'), null, `${path} by plain http`);
  }
  // No browser can ask for what a bridge is answered, and an idle one is answered each 25 s.
  const { headers } = await world.ask('POST', '/v1/bridge/poll', { body: {} });
  const names = [...headers.keys()].filter((name) => /^(x-|cache|cross|perm|content-sec|referrer)/.test(name));
  assert.deepEqual(names.toSorted(), ['cache-control', 'x-content-type-options']);
});

test('a browser that was answered by https under a name comes back by https alone', async () => {
  const head = async (host: string) =>
    (await sendRaw(world.url, `GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).text;
  assert.match(await head('relay.example'), /\r\nStrict-Transport-Security: max-age=31536000\r\n/i);
  assert.doesNotMatch(await head('localhost'), /Strict-Transport/i);
});

test('GET changes nothing: the same reads before and after every GET of the contract', async () => {
  const state = async () => {
    const [machines, keys, stream] = await Promise.all(
      ['/v1/machines', '/v1/keys', '/v1/feeds/o/snapshot'].map((path) => world.ask('GET', path)),
    );
    return JSON.stringify([machines?.json, keys?.json, stream?.json]);
  };
  const before = await state();
  for (const { path, method } of Object.values<Route>(routes).filter((route) => route.method === 'GET'))
    await world.ask(method, path.replace('/:machine', `/${machine.id}`).replace(/[:*][a-z]+/g, 'a'.repeat(10)));
  assert.equal(await state(), before);
});

test('an answer over 1 KiB is gzipped for whoever takes it, and no other', async () => {
  const zipped = await fetch(new URL('/v1/openapi.json', world.url), { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal(zipped.headers.get('vary'), 'Accept-Encoding');
  for (const encoding of ['identity', 'gzip;q=0', 'br']) {
    const plain = await fetch(new URL('/v1/openapi.json', world.url), { headers: { 'accept-encoding': encoding } });
    assert.equal(plain.headers.get('content-encoding'), null, encoding);
    await plain.arrayBuffer();
  }
  await zipped.arrayBuffer();
  const small = await fetch(new URL('/livez', world.url), { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(small.headers.get('content-encoding'), null);
  await small.arrayBuffer();
});
