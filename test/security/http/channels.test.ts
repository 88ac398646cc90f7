/** Channels over HTTP: who loses the right to read one is out within seconds and types nothing more, and what is asked wrongly is refused by name. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { StreamPage } from '#contract/feed.ts';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../../kit/bridge-calls.ts';
import { isPutAt, openStream } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
let bridge: BridgeCalls;
const terminal = { id: 'terminal-1', kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } };
const feed = `c.${terminal.id}`;
const inputs = `/v1/records/${terminal.id}/inputs`;

before(async () => {
  world = await openApi();
  bridge = await openBridgeCalls(world);
  await bridge.tell(terminal);
  await write(terminal.id, '$ ');
});
after(async () => await world[Symbol.asyncDispose]());

/** Begins a channel with this output. */
async function write(channel: string, ...output: readonly string[]) {
  const part = { channel, seq: 1, entries: output.map((o) => ({ o })) };
  await bridge.add(part);
}

type Headers = Readonly<Record<string, string>>;

/** A member, signed in. */
async function openMember() {
  const invited = await world.ask('POST', '/v1/invitations', { body: { name: 'Grace', role: 'member' } });
  const token = String(invited.json.url).split('/').at(-1);
  const opened = await world.ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body: { token } });
  const headers: Headers = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  return { person: opened.json.person.id, headers };
}

/** Attaches by an event stream and by a long-poll; says what each came to, and within which time. */
async function attach(headers: Headers) {
  const path = `/v1/feeds/${feed}/events`;
  const stream = await fetch(`${world.url}${path}?live=sse&offset=now`, { headers });
  assert.equal(stream.status, 200);
  const page = fetch(`${world.url}${path}?live=long-poll&wait=30&offset=now`, { headers });
  const ended = (async () => {
    for await (const _ of stream.body ?? []) void _;
    const { status } = await page;
    return status;
  })();
  return { ended };
}

const type = (headers: Headers, seq = 1) =>
  world.ask('POST', inputs, { key: null, headers, body: { producer: 'tab', seq, inputs: ['x'] } });

test('a stream says hello, then the screen, then what came after it, and never in another order (S1, H2)', async () => {
  const id = 'terminal-in-order';
  await bridge.tell({ ...terminal, id });
  const snapshot = gzipSync('{"cols":80,"rows":24,"text":"screen"}').toString('base64');
  const screen = { channel: id, seq: 1, entries: [{ skip: 6 }], snapshot, replaces: true };
  await bridge.add(screen);
  const more = { channel: id, seq: 2, entries: [{ o: 'after it' }] };
  await bridge.add(more);
  const { key } = await world.keyWith('execute');
  const leave = new AbortController();
  const stream = await fetch(`${world.url}/v1/feeds/c.${id}/events?live=sse&offset=-1`, {
    headers: { authorization: `Bearer ${key}` },
    signal: leave.signal,
  });
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('after it') && text.includes('"hello"')) break;
  }
  leave.abort();
  assert.deepEqual(text.match(/"type":"(hello|snapshot)"|after it/g), [
    '"type":"hello"',
    '"type":"snapshot"',
    'after it',
  ]);
});

interface Loss {
  readonly how: string;
  readonly lose: (who: {
    readonly person: string;
    readonly headers: Headers;
    readonly key: string;
  }) => Promise<unknown>;
  /** Of a reader who waits, and of one who types. */
  readonly page: number;
  readonly typed: string;
}

const losses: readonly Loss[] = [
  {
    how: 'the key is revoked',
    lose: ({ key }) => world.ask('DELETE', `/v1/keys/${key}`),
    page: 401,
    typed: '401 key-revoked',
  },
  {
    how: 'the session is signed out',
    lose: ({ headers }) => world.ask('DELETE', '/v1/sessions/current', { key: null, headers }),
    page: 401,
    typed: '401 session-ended',
  },
  {
    how: 'the member is removed',
    lose: ({ person }) => world.ask('DELETE', `/v1/members/${person}`),
    page: 401,
    typed: '401 session-ended',
  },
  {
    how: 'the role no longer runs programs',
    lose: ({ person }) => world.ask('PATCH', `/v1/members/${person}`, { body: { role: 'viewer' } }),
    page: 403,
    typed: '404 channel-unknown',
  },
];

for (const { how, lose, page, typed } of losses)
  test(`where ${how}, who is attached is out within 5 s and types nothing more (S7, H4)`, async () => {
    const isKey = how.includes('key');
    const { id, key } = await world.keyWith('execute');
    const member = isKey ? { person: '', headers: { authorization: `Bearer ${key}` } } : await openMember();
    const { ended } = await attach(member.headers);
    assert.equal((await type(member.headers)).status, 200);
    const before = (await bridge.inbox({ [terminal.id]: 0 }, [])).json.inputs.length;
    const lostAt = performance.now();
    await lose({ ...member, key: id });
    const { status, json } = await type(member.headers, 2);
    assert.equal(`${status} ${json.code}`, typed);
    assert.equal(await ended, page);
    assert.ok(performance.now() - lostAt < 5000);
    assert.equal((await bridge.inbox({ [terminal.id]: 0 }, [])).json.inputs.length, before);
  });

test('for who may not read it, and by an unknown name, a channel is not there, on any call (H4)', async () => {
  const { key: reads } = await world.keyWith('read');
  const elsewhere = await world.ask<{ url: string }>('POST', '/v1/organisations', {
    body: { name: 'Elsewhere', owner: 'Mallory' },
  });
  const token = elsewhere.json.url.split('/').at(-1);
  const opened = await world.ask('POST', '/v1/sessions', { key: null, body: { token } });
  const foreign = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  const callers = [{ key: reads }, { key: null, headers: foreign }, {}];
  for (const [at, as] of callers.entries()) {
    const id = at === 2 ? 'no-such-record' : terminal.id;
    const body = { producer: 'tab', seq: 1, inputs: ['x'] };
    for (const [method, path, more] of [
      ['GET', `/v1/feeds/c.${id}/events?offset=-1`, {}],
      ['GET', `/v1/records/${id}/snapshot/${'a'.repeat(64)}`, {}],
      ['POST', `/v1/records/${id}/inputs`, { body }],
    ] as const) {
      const { status, json } = await world.ask(method, path, { ...as, ...more });
      assert.deepEqual([status, json.code], [404, 'channel-unknown'], `${at} ${path}`);
    }
    const page = await world.ask('POST', '/v1/stream', {
      ...as,
      body: { feeds: { [`c.${id}`]: '-1' }, live: 'long-poll', wait: 0 },
    });
    assert.deepEqual(page.json.gone, [`c.${id}`]);
  }
});

test('an offset that is forged, of another relay or of another channel is refused or reset, and never another place (S3)', async () => {
  await bridge.tell({ ...terminal, id: 'terminal-2' });
  await write('terminal-2', 'a', 'b', 'c');
  const at = async (offset: string) =>
    await world.ask<{ events: []; offsets: Record<string, string>; resets?: object[]; code?: string }>(
      'GET',
      `/v1/feeds/${feed}/events?live=long-poll&wait=0&offset=${encodeURIComponent(offset)}`,
    );
  const other = await world.ask<{ offsets: Record<string, string> }>('GET', '/v1/feeds/c.terminal-2/events?offset=-1');
  const own = (await at('-1')).json.offsets[feed] ?? '';
  const [tag] = own.split('.');
  const expected: readonly (readonly [string, string])[] = [
    [own, 'nothing'],
    [other.json.offsets['c.terminal-2'] ?? '', 'reset'],
    [`${tag}.999999`, 'reset'],
    ['somewhere.1', 'reset'],
    ['-2', 'offset-invalid'],
    ['1', 'offset-invalid'],
    [`${tag}.-1`, 'offset-invalid'],
    [`${tag}.1e3`, 'offset-invalid'],
    [`${'x'.repeat(45)}.1`, 'offset-invalid'],
    [`${own} or 1=1`, 'offset-invalid'],
  ];
  for (const [offset, what] of expected) {
    const { status, json } = await at(offset);
    const found = status === 400 ? json.code : (json.resets?.length ?? 0) > 0 ? 'reset' : 'nothing';
    assert.deepEqual([found, json.events?.length ?? 0], [what, 0], `${offset} ${JSON.stringify(json)}`);
    const body = { feeds: { [feed]: offset }, live: 'long-poll', wait: 0 };
    const several = await world.ask<{ resets?: object[]; code?: string }>('POST', '/v1/stream', { body });
    const also =
      several.status === 400 ? several.json.code : (several.json.resets?.length ?? 0) > 0 ? 'reset' : 'nothing';
    assert.equal(also, what, `${offset} among several feeds`);
  }
});

test('inputs that are too much, too fast, out of order or no inputs are refused, and nothing of them comes to the machine (H3)', async () => {
  const last = (await bridge.inbox({ [terminal.id]: 0 }, [])).json.inputs.at(-1)?.position ?? 0;
  const send = async (body: object) => await world.ask('POST', inputs, { body });
  const one = { producer: 'ordered', inputs: ['x'] };
  assert.equal((await send({ ...one, seq: 1 })).status, 200);
  assert.equal((await send({ ...one, seq: 2 })).status, 200);
  const bad: readonly (readonly [object, string])[] = [
    [{ ...one, seq: 1 }, '200 undefined'],
    [{ ...one, seq: 5 }, '409 gap'],
    [{ ...one, seq: 0 }, '400 body-invalid'],
    [{ ...one, seq: -3 }, '400 body-invalid'],
    [{ ...one, seq: 2.5 }, '400 body-invalid'],
    [{ ...one, seq: 3, producer: 'a b' }, '400 body-invalid'],
    [{ ...one, seq: 3, producer: '__proto__' }, '409 gap'],
    [{ ...one, seq: 3, inputs: [] }, '400 body-invalid'],
    [{ ...one, seq: 3, inputs: [7] }, '400 body-invalid'],
    [{ ...one, seq: 3, inputs: [['x']] }, '400 body-invalid'],
    [{ ...one, seq: 3, inputs: Array(limits.inputsPerPostMax + 1).fill('x') }, '400 body-invalid'],
    [{ ...one, seq: 3, inputs: ['x'.repeat(65 * 1024)] }, '413 body-too-large'],
    [{ ...one, seq: 3, more: true }, '400 body-invalid'],
  ];
  for (const [body, said] of bad) {
    const { status, json } = await send(body);
    assert.equal(`${status} ${json.code}`, said, JSON.stringify(body).slice(0, 100));
  }
  const { json } = await bridge.inbox({ [terminal.id]: last }, []);
  assert.deepEqual(
    json.inputs.map(({ input }) => input),
    ['x', 'x'],
  );
  const fast = await Promise.all(
    Array.from({ length: 20 }, (_, at) => send({ producer: `fast-${at}`, seq: 1, inputs: Array(50).fill('y') })),
  );
  const taken = fast.filter(({ status }) => status === 200);
  assert.ok(taken.length >= 1 && taken.length <= 4, String(taken.length));
  for (const { status, json, headers } of fast.filter((one) => !taken.includes(one)))
    assert.deepEqual([status, json.code, headers.get('retry-after')], [429, 'too-many-inputs', '1']);
});

test('a stream follows at most 20 channels, and a page of feeds names each once (H2)', async () => {
  const follow = async (text: string) =>
    await world.ask('POST', '/v1/stream', { raw: text, headers: { 'content-type': 'application/json' } });
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`c.terminal-${at + 100}`, '-1']));
  const body = (feeds: object) => JSON.stringify({ feeds, live: 'long-poll', wait: 0 });
  assert.equal((await follow(body(many(limits.channelsFollowedMax)))).status, 200);
  const over = await follow(body(many(limits.channelsFollowedMax + 1)));
  assert.deepEqual([over.status, over.json.code], [400, 'body-invalid']);
  const twice = await follow(`{"feeds":{"${feed}":"-1","${feed}":"now"},"live":"long-poll","wait":0}`);
  assert.equal(twice.status, 400);
});

test('a snapshot that is too large for the stream is fetched by its rev, and no browser runs what is in it (H2)', async () => {
  const channel = 'terminal-large';
  await bridge.tell({ ...terminal, id: channel });
  const bytes = gzipSync(JSON.stringify({ text: randomBytes(20_000).toString('hex') }));
  assert.ok(bytes.length > limits.snapshotInlineBytesMax);
  const part = { channel, seq: 1, entries: ['x'], snapshot: bytes.toString('base64') };
  await bridge.add(part);
  const { key } = await world.keyWith('execute');
  const { json } = await world.ask<StreamPage>('GET', `/v1/feeds/c.${channel}/events?offset=-1`);
  const [snapshot] = json.snapshots ?? [];
  assert.equal(snapshot?.body, undefined);
  const response = await fetch(`${world.url}/v1/records/${channel}/snapshot/${snapshot?.rev}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes));
  const said = (name: string) => response.headers.get(name);
  assert.deepEqual(
    [said('content-type'), said('content-encoding'), said('cache-control'), said('etag')],
    ['application/gzip', null, 'private, max-age=31536000, immutable', `"${snapshot?.rev}"`],
  );
  assert.deepEqual(
    [said('x-content-type-options'), said('content-security-policy')],
    ['nosniff', "sandbox; default-src 'none'"],
  );
});

test('a channel that may not be read ends alone on a stream, with a word of its own, and the other feeds go on (S10)', async () => {
  const { key } = await world.keyWith('read');
  await using reader = await openStream(world.url, key, { o: 'now', [feed]: '-1' });
  await eventually(() => reader.controls.some((control) => control.type === 'gone' && control.feed === feed));
  await bridge.put('specs/001-first/README.md', '# First');
  await reader.event(isPutAt('specs/001-first/README.md'));
  assert.equal(reader.controls.filter(({ type }) => type === 'gone').length, 1);
});
