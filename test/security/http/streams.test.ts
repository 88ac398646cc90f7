/** Streams and holds over HTTP: what a reader gets, in which order, and what ends it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import type { ItemChange, StreamPage } from '#contract/feed.ts';
import { limits } from '#contract/limits.ts';
import { PROTOCOL } from '#contract/version.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../../kit/bridge-calls.ts';
import { isPutAt as isPut, openStream, type Told, toldIn } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';
import { metricOf } from '../../kit/pressure.ts';
import { sessionOf } from '../../kit/session.ts';

let world: TestApi;
let bridge: BridgeCalls;

before(async () => {
  world = await openApi();
  bridge = await openBridgeCalls(world);
});
after(async () => await world[Symbol.asyncDispose]());

const toldBy = ({ events }: Pick<StreamPage, 'events'>): Told[] =>
  events.flatMap(({ feed, data }) => toldIn(feed, data));

const get = (path: string, key = world.ownerKey, headers: Record<string, string> = {}) =>
  fetch(new URL(path, world.url), { headers: { authorization: `Bearer ${key}`, ...headers } });

test('an event stream opens with 2 KiB of padding, retry, hello and ready, under exact headers (S1)', async () => {
  const openedAt = performance.now();
  const response = await get('/v1/stream?live=sse', world.ownerKey, { 'accept-encoding': 'gzip' });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('cache-control'), 'no-store, no-transform');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.equal(response.headers.get('content-encoding'), null);
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? assert.fail()) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes('"ready"')) break;
  }
  const elapsedMs = performance.now() - openedAt;
  assert.ok(elapsedMs >= limits.streamSecondEventMs - 50 && elapsedMs < 2000, `${elapsedMs} ms`);
  assert.ok(text.startsWith(':'));
  assert.ok(text.indexOf('\n') >= limits.streamPadBytes);
  const order = ['retry: ', 'event: control', '"type":"hello"', '"type":"ready"'].map((part) => text.indexOf(part));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  const hello = JSON.parse(/data: (.*hello.*)/.exec(text)?.[1] ?? '{}');
  assert.deepEqual(Object.keys(hello).sort(), ['feeds', 'handle', 'minApp', 'p', 'type']);
  assert.equal(hello.p, PROTOCOL);
});

test('a reader who comes back while people save is greeted first, then hears what it has missed (S1)', async () => {
  await bridge.put('specs/006-away/README.md', '# Away\n');
  const response = await fetch(new URL('/v1/stream', world.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${world.ownerKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ feeds: { [`m.${bridge.machine}`]: '-1' }, live: 'sse' }),
  });
  const names: (string | undefined)[] = [];
  const parser = createParser({ onEvent: ({ event }) => names.push(event) });
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? assert.fail()) {
    parser.feed(decoder.decode(piece, { stream: true }));
    if (names.includes('data')) break;
  }
  assert.equal(names[0], 'control');
});

test('half a second after the last event a reader hears that there is no more for now, so that no gateway keeps back that event (S1)', async () => {
  await using reader = await openStream(world.url, world.ownerKey);
  const readies = () => reader.controls.filter(({ type }) => type === 'ready').length;
  await eventually(() => readies() === 1);
  await bridge.put('specs/007-last/README.md', '# Last\n');
  await reader.event(isPut('specs/007-last/README.md'));
  const at = performance.now();
  await eventually(() => readies() === 2, { timeoutMs: 5000 });
  assert.ok(performance.now() - at < limits.streamSecondEventMs + 1500);
});

/** The path of the events of the machine's feed. */
const events = () => `/v1/feeds/m.${bridge.machine}/events`;
const offsetOf = async (path: string) =>
  Object.values((await world.ask<StreamPage>('GET', path)).json.offsets)[0] ?? '';

test('each id is the feed and the offset after its event; going on from any misses and repeats nothing, and Last-Event-ID wins (S2)', async () => {
  const from = await offsetOf(events());
  for (let number = 0; number < 20; number++) await bridge.put(`specs/001-s2/${number}.md`, `# ${number}`);
  const seen: { id: string; data: readonly ItemChange[] }[] = [];
  const response = await get(`${events()}?live=sse&offset=${from}`);
  const parser = createParser({
    onEvent: ({ event, id, data }) => void (event === 'data' && seen.push({ id: id ?? '', data: JSON.parse(data) })),
  });
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? assert.fail()) {
    parser.feed(decoder.decode(piece, { stream: true }));
    if (seen.length >= 20) break;
  }
  for (const at of [0, 1, 10, seen.length - 1]) {
    const rest = await get(`${events()}?offset=-1`, world.ownerKey, { 'last-event-id': seen[at]?.id ?? '' });
    const page = (await rest.json()) as StreamPage;
    assert.deepEqual(
      page.events.map(({ data }) => data),
      seen.slice(at + 1).map(({ data }) => data),
    );
  }
  const foreign = await get(`${events()}?live=long-poll`, world.ownerKey, { 'last-event-id': 'o:0.0' });
  assert.equal(((await foreign.json()) as StreamPage).resets?.length, 1, 'a place in another feed is none in this one');
});

test('a long-poll answers 200 with a tagged body when nothing happens, and at once when something does (S4)', async () => {
  const from = await offsetOf(events());
  const empty = await world.ask<StreamPage>('GET', `${events()}?live=long-poll&offset=${from}&wait=0.1`);
  assert.deepEqual([empty.status, empty.json.p, empty.json.events], [200, PROTOCOL, []]);
  const startedAt = performance.now();
  const [held] = await Promise.all([
    world.ask<StreamPage>('POST', '/v1/stream', {
      body: { feeds: empty.json.offsets, machines: 'all', live: 'long-poll', wait: 20 },
    }),
    bridge.put('specs/002-s4/README.md', '# s4'),
  ]);
  assert.ok(toldBy(held.json).some(isPut('specs/002-s4/README.md')));
  assert.ok(performance.now() - startedAt < 5000);
});

test('what is saved reaches a stream that waits', async () => {
  await using reader = await openStream(world.url, world.ownerKey);
  await bridge.put('specs/003-live/README.md', '# live');
  await reader.event(isPut('specs/003-live/README.md'));
});

test('every stream gets every event at once, however many there are, also of a machine made after they began', async () => {
  const { key } = await world.keyWith('read');
  const readers = await Promise.all(Array.from({ length: 50 }, () => openStream(world.url, key)));
  const later = await openBridgeCalls(world, 'later');
  const startedAt = performance.now();
  for (let number = 0; number < 20; number++) await later.put(`specs/006-all/${number}.md`, '# all');
  await Promise.all(readers.map((reader) => reader.event(isPut('specs/006-all/19.md'))));
  assert.ok(performance.now() - startedAt < 5000);
  for (const { events } of readers) assert.equal(events.filter(({ document }) => document !== undefined).length, 20);
  await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()));
});

test('the feed of one machine carries nothing of another, and may be named as people name the machine', async () => {
  const other = await openBridgeCalls(world, 'other');
  const from = await offsetOf('/v1/feeds/m.other/events');
  await bridge.put('specs/004-mine/README.md', '# mine');
  await other.put('specs/004-other/README.md', '# other');
  const { json } = await world.ask<StreamPage>('GET', `/v1/feeds/m.other/events?offset=${from}`);
  assert.deepEqual(
    toldBy(json).map(({ feed, document }) => [feed, document?.path]),
    [[`m.${other.machine}`, 'specs/004-other/README.md']],
  );
  for (const [feed, code] of Object.entries({
    'm.nobody': 'machine-unknown',
    'c.record': 'channel-unknown',
    x: 'feed-unknown',
  }))
    assert.equal((await world.ask('GET', `/v1/feeds/${feed}/events`)).json.code, code);
});

test('an offset of another relay is reset, on a stream and on a page, and so is a look that resumes (S3)', async () => {
  const feed = `m.${bridge.machine}`;
  const body = { feeds: { [feed]: '-1' }, handle: 'another' };
  const page = await world.ask<StreamPage>('POST', '/v1/stream', { body: { ...body, live: 'long-poll' } });
  assert.deepEqual([page.json.events, page.json.resets?.map((reset) => reset.feed)], [[], [feed]]);
  const headers = { authorization: `Bearer ${world.ownerKey}`, 'content-type': 'application/json' };
  const streamed = await fetch(new URL('/v1/stream', world.url), {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...body, live: 'sse' }),
  });
  const looked = await get('/v1/stream?live=sse', world.ownerKey, { 'last-event-id': `${feed}:0.0` });
  for (const response of [streamed, looked]) {
    let text = '';
    for await (const piece of response.body ?? assert.fail()) {
      text += new TextDecoder().decode(piece);
      if (text.includes('"reset"')) break;
    }
    assert.ok(text.indexOf('"hello"') < text.indexOf('"reset"'));
    assert.ok(!text.includes('event: data'));
  }
});

test('a removed machine is gone for its feed alone, on a stream and on a page (S10)', async () => {
  const gone = await openBridgeCalls(world, 'soon-gone');
  await world.ask('DELETE', `/v1/machines/${gone.machine}`);
  const feed = `m.${gone.machine}`;
  const body = { feeds: { [feed]: 'now', [`m.${bridge.machine}`]: 'now' } };
  const page = await world.ask<StreamPage>('POST', '/v1/stream', { body: { ...body, live: 'long-poll' } });
  assert.deepEqual([page.status, page.json.gone], [200, [feed]]);
  assert.deepEqual(Object.keys(page.json.offsets), [`m.${bridge.machine}`]);
  const streamed = await fetch(new URL('/v1/stream', world.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${world.ownerKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, live: 'sse' }),
  });
  let text = '';
  for await (const piece of streamed.body ?? assert.fail()) {
    text += new TextDecoder().decode(piece);
    if (text.includes('"type":"gone"') && !text.includes('specs/007-still')) {
      await bridge.put('specs/007-still/README.md', '# still');
    }
    if (text.includes('specs/007-still')) break;
  }
  assert.match(text, new RegExp(`"type":"gone","feed":"${feed}"`));
  assert.equal((await world.ask('GET', `/v1/feeds/${feed}/events`)).json.code, 'machine-unknown');
});

test('revoking a key ends its stream, its poll and its wait within 5 s (S7)', async () => {
  const { id, key } = await world.keyWith('read');
  await using reader = await openStream(world.url, key);
  const poll = world.ask('GET', '/v1/feeds/p/events?live=long-poll&wait=30', { key });
  const revokedAt = performance.now();
  await world.ask('DELETE', `/v1/keys/${id}`);
  const [{ status, json }] = await Promise.all([poll, reader.closed]);
  assert.equal(`${status} ${json.code}`, '401 key-revoked');
  assert.ok(performance.now() - revokedAt < 5000);
});

test("removing a machine ends its bridge's poll within 5 s", async () => {
  const gone = await openBridgeCalls(world, 'gone');
  const poll = gone.poll<{ code: string }>();
  const removedAt = performance.now();
  await world.ask('DELETE', `/v1/machines/${gone.machine}`);
  const { status, json } = await poll;
  assert.equal(`${status} ${json.code}`, '403 machine-removed');
  assert.ok(performance.now() - removedAt < 5000);
});

test('signing out ends what the session holds open', async () => {
  const { json: link } = await world.ask('POST', '/v1/sign-in-links');
  const body = { token: String(link.url).split('/').at(-1) };
  const session = await world.ask('POST', '/v1/sessions', { key: null, body });
  const headers = { ...sessionOf(session), origin: new URL(world.url).origin };
  const poll = world.ask('GET', '/v1/feeds/p/events?live=long-poll&wait=30', { key: null, headers });
  assert.equal((await world.ask('DELETE', '/v1/sessions/current', { key: null, headers })).status, 200);
  const { status, json } = await poll;
  assert.equal(`${status} ${json.code}`, '401 session-ended');
});

test('one person has 50 streams open by all keys together, and gets room again when some have ended; others have theirs', async () => {
  const keys = await Promise.all([1, 2, 3].map(() => world.keyWith('read')));
  const leave = new AbortController();
  const open = (index: number) =>
    fetch(new URL('/v1/stream?live=sse', world.url), {
      headers: { authorization: `Bearer ${keys[index % 3]?.key}` },
      signal: leave.signal,
    });
  const streams = await Promise.all(Array.from({ length: limits.streamsPerPersonMax }, (_, index) => open(index)));
  assert.ok(streams.every(({ status }) => status === 200));
  const { key } = await world.keyWith('read');
  const refused = await world.ask('GET', '/v1/stream?live=sse', { key });
  assert.equal(`${refused.status} ${refused.json.code} ${refused.json.limit}`, '429 too-many-held 50');
  assert.equal((await world.ask('GET', '/v1/me', { key })).status, 200);
  leave.abort();
  await eventually(
    async () => (await world.ask('GET', '/v1/feeds/p/events?live=long-poll&wait=0', { key })).status === 200,
  );
});

test('a reader who comes back and takes nothing does not fill the memory with what it has missed (S6)', async () => {
  await using busy = await openApi(['--metrics', '127.0.0.1:0']);
  const calls = await openBridgeCalls(busy);
  const bytes = 600_000;
  for (let event = 0; event < 40; event++)
    await calls.putAll(
      Array.from({ length: 20 }, (_, index) => ({
        path: `specs/001-s6/${index}.md`,
        text: `# ${event}`,
        meta: { filler: 'x'.repeat(bytes / 20) },
      })),
    );
  const { hostname, port } = new URL(busy.url);
  const socket = connect(Number(port), hostname);
  const path = `/v1/feeds/m.${calls.machine}/events?offset=-1&live=sse`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${busy.ownerKey}\r\n\r\n`);
  socket.pause();
  const told = async () => await metricOf(busy.api.metricsUrl ?? '', 'sallyport_stream_events_total');
  await eventually(async () => (await told()) > 0);
  // What the system holds between the two is not the relay's.
  assert.ok((await told()) * bytes < 18e6, `${await told()} events of ${bytes} bytes`);
  socket.destroy();
});

test('a reader that takes nothing is closed after some seconds, and holds up nobody (S6)', async () => {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  let isCut = false;
  for (const event of ['error', 'close'])
    socket.on(event, () => {
      isCut = true;
    });
  const head = `GET /v1/stream?live=sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${world.ownerKey}\r\n\r\n`;
  socket.write(head);
  await once(socket, 'readable');
  socket.pause();
  await using other = await openStream(world.url, world.ownerKey);
  let number = 0;
  await eventually(
    async () => {
      for (let more = 0; more < 20; more++)
        await bridge.put(`specs/005-s6/${number++}.md`, '# s6', { filler: 'x'.repeat(30_000) });
      // A closed connection is seen only by somebody who writes.
      socket.write('\r\n');
      return isCut;
    },
    { timeoutMs: 120_000, everyMs: 100 },
  );
  await other.event(isPut(`specs/005-s6/${number - 1}.md`));
});
