/** Channels: what a bridge adds is there once and in order, a reader begins with the snapshot, keys come once and never late, and what is gone is gone whole. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AuditEntry } from '#contract/audit.ts';
import type { ChannelPart, InputsRequest } from '#contract/channel.ts';
import type { Op } from '#contract/delta.ts';
import { feedOfChannel } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import type { Attending, FeedPage, Relay } from '../../api/relay/relay.ts';
import { channelShard } from '../../api/store/shards.ts';
import { ada, connectBridge, never, openRelay, organisation, reader, sha256, unknownDigest } from '../kit/relay.ts';

const typist = { ...reader, scope: 'execute' as const };
const reads = { ...typist, scope: 'read' as const };
const strange = { ...typist, organisation: 'org-of-others' };
const terminal = { id: 'terminal-1', kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } };
const feed = feedOfChannel(terminal.id);
const told = (record: object) => ({ op: 'record-put', record }) as Op;
const zipped = (text: string | Uint8Array) => gzipSync(text).toString('base64');

type Said = Partial<ChannelPart> & Pick<ChannelPart, 'seq'>;

/** A relay with a machine that has told a terminal. */
async function openTerminal() {
  const world = await openRelay();
  const { relay } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const bridge = await connectBridge(relay, machine, { manifestDigest: unknownDigest });
  await bridge.send([told(terminal)]);
  return {
    ...world,
    machine,
    bridge,
    add: adding(relay, machine, bridge.epoch),
    inbox: inboxOf(relay, machine, bridge.epoch),
  };
}

/** Adds one part to a channel. */
function adding(relay: Relay, machine: string, epoch: number) {
  return async (part: Said, channel = terminal.id) => {
    const line = Buffer.from(JSON.stringify([{ channel, ...part }]));
    const { items } = await relay.bridge.channels(machine, { epoch, digest: sha256(line) }, line);
    const { channel: _, ...stands } = items[0] ?? { channel: '' };
    return stands;
  };
}

function inboxOf(relay: Relay, machine: string, epoch: number) {
  return (after: number, watch: string[] = [], waitSeconds = 0) =>
    relay.bridge.inbox(machine, { epoch, after: { [terminal.id]: after }, watch, waitSeconds }, never);
}

const type = (relay: Relay, seq: number, ...inputs: string[]) =>
  relay.channels.send(typist, terminal.id, { producer: 'tab', seq, inputs });

async function follow(relay: Relay, offset: string, caller: Attending = typist) {
  return await relay.feeds.open(caller, new Map([[feed, offset]]));
}

async function read(relay: Relay, offset: string, caller: Attending = typist): Promise<FeedPage> {
  using following = await follow(relay, offset, caller);
  return await following.read(0, never);
}

const texts = ({ blocks }: FeedPage) => blocks.map(({ json }) => JSON.parse(json));

test('what is sent twice is there once, what is missing is asked for, and a new bridge goes on where the old one was (H1)', async () => {
  await using world = await openTerminal();
  const { relay, machine, add } = world;
  assert.deepEqual(await add({ seq: 0 }), { position: 0, seq: 0, watched: false });
  const first = { seq: 1, entries: ['a', { b: 1 }], mark: 'at 7' };
  assert.deepEqual(await add(first), { position: 2, seq: 1, mark: 'at 7', watched: false });
  assert.deepEqual(await add(first), { position: 2, seq: 1, mark: 'at 7', watched: false, dup: true });
  const gap = { position: 2, code: 'gap', expected: 2, mark: 'at 7', watched: false };
  assert.deepEqual(await add({ seq: 3, entries: ['c'] }), gap);
  const { epoch } = await connectBridge(relay, machine, { manifestDigest: unknownDigest, attempt: 1 });
  const next = adding(relay, machine, epoch);
  assert.deepEqual(await next({ seq: 0 }), { position: 2, seq: 1, mark: 'at 7', watched: false });
  assert.equal((await next({ seq: 2, entries: ['c'], mark: 'at 9' })).mark, 'at 9');
  await assert.rejects(add({ seq: 3, entries: ['late'] }), { name: 'Problem' });
  assert.deepEqual(texts(await read(relay, '-1')), ['a', { b: 1 }, 'c']);
});

test('a reader begins with the snapshot, and one far behind gets it in the place of what it missed (H2)', async () => {
  await using world = await openTerminal();
  const { relay, add } = world;
  await add({ seq: 1, entries: ['old'] });
  const before = (await read(relay, '-1')).offsets[feed] ?? '';
  await add({ seq: 2, entries: Array.from({ length: 40 }, (_, n) => n), snapshot: zipped('the screen') });
  await add({ seq: 3, entries: ['new'] });
  const whole = await read(relay, '-1');
  assert.deepEqual(texts(whole), ['new']);
  const [{ body = '', rev, offset } = { body: '', rev: '', offset: '' }] = whole.snapshots;
  assert.equal(gunzipSync(Buffer.from(body, 'base64')).toString(), 'the screen');
  assert.equal(sha256(await relay.channels.snapshot(typist, terminal.id, rev)), rev);
  assert.deepEqual(texts(await read(relay, offset)), ['new']);
  const late = await read(relay, before);
  assert.deepEqual([late.snapshots.length, texts(late)], [1, ['new']]);
  await assert.rejects(relay.channels.snapshot(typist, terminal.id, sha256('other')), { code: 'snapshot-gone' });
});

test('a reader who follows is given a snapshot that replaces entries in their place, and what comes after (H2)', async () => {
  await using world = await openTerminal();
  const { relay, add } = world;
  await add({ seq: 1, entries: ['$ '] });
  using reader = await follow(relay, 'now');
  const first = reader.read(5000, never);
  await add({ seq: 2, entries: ['live'] });
  assert.deepEqual(texts(await first), ['live']);
  const second = reader.read(5000, never);
  await add({ seq: 3, entries: [{ skip: 9 }], snapshot: zipped('the screen'), replaces: true });
  const { snapshots, blocks } = await second;
  assert.deepEqual([snapshots.length, blocks], [1, []]);
  await add({ seq: 4, entries: ['after'] });
  assert.deepEqual(texts(await reader.read(5000, never)), ['after']);
  for (const part of [{ entries: ['x'] }, { entries: [], snapshot: zipped('x') }])
    assert.equal((await add({ seq: 5, ...part, replaces: true })).code, 'body-invalid');
});

test('of a long output the newest part stays, and a reader who lost its place is given the snapshot (H2)', async () => {
  await using world = await openTerminal();
  const { relay, add } = world;
  const page = randomBytes(96 * 1024).toString('base64');
  const { position } = await add({ seq: 1, entries: ['first'] });
  const early = (await read(relay, '-1')).offsets[feed] ?? '';
  let last = await add({ seq: 2, entries: [page] });
  for (let seq = 3; seq < 20; seq++) last = await add({ seq, entries: [page] });
  assert.deepEqual([position, last.position, last.compact], [1, 19, true]);
  const { first } = await world.store.log(channelShard(terminal.id), 'events');
  assert.ok(first > 8 && first < 14, String(first));
  assert.equal((await read(relay, '-1')).resets.length, 0);
  assert.deepEqual((await read(relay, early)).resets.length, 1);
  assert.equal((await add({ seq: 20, entries: ['new'], snapshot: zipped('the screen') })).compact, undefined);
  const lost = await read(relay, early);
  assert.deepEqual([lost.resets, lost.snapshots.length, lost.blocks], [[], 1, []]);
});

test('keys come once, in order, with who pressed them; a repeat types nothing twice (H3)', async () => {
  await using world = await openTerminal();
  const { relay, add, inbox } = world;
  await add({ seq: 1, entries: ['$ '] });
  const waiting = inbox(0, [], 5);
  assert.deepEqual(await type(relay, 1, 'l', 's'), { position: 2 });
  assert.deepEqual(
    (await waiting).inputs.map(({ position, by, input }) => [position, by.name, input]),
    [
      [1, 'Ada', 'l'],
      [2, 'Ada', 's'],
    ],
  );
  assert.deepEqual(await type(relay, 1, 'l', 's'), { position: 2, dup: true });
  await assert.rejects(type(relay, 3, 'x'), { code: 'gap', extra: { expected: 2 } });
  await type(relay, 2, '\r');
  assert.deepEqual(
    (await inbox(2)).inputs.map(({ input }) => input),
    ['\r'],
  );
  // The relay was emptied: the bridge, which has taken the third, is told later ones as the fourth and so on.
  await world.store.drop(channelShard(terminal.id));
  await add({ seq: 1, entries: ['$ '] });
  assert.deepEqual((await inbox(3)).inputs, []);
  assert.deepEqual(await type(relay, 1, 'y'), { position: 4 });
  assert.deepEqual(
    (await inbox(3)).inputs.map(({ position, input }) => [position, input]),
    [[4, 'y']],
  );
});

test('as a stream, the inbox tells each key once and who has come to read, and says when to come back where the relay stops (H10, H5)', async () => {
  await using world = await openTerminal();
  const { relay, add, bridge } = world;
  await add({ seq: 1, entries: ['$ '] });
  await type(relay, 1, 'l', 's');
  const stopping = new AbortController();
  const ask = { epoch: bridge.epoch, after: { [terminal.id]: 1 }, watch: [], waitSeconds: 0 };
  const stream = relay.bridge.followInbox(world.machine, ask, stopping.signal);
  const next = async () => {
    const { value, done } = await stream.next();
    return done ? assert.fail('it has ended') : value;
  };
  const keys = async () => (await next()).inputs.map(({ input }) => input);
  assert.deepEqual(await keys(), ['s']);
  const waiting = keys();
  await type(relay, 2, '\r');
  assert.deepEqual(await waiting, ['\r']);
  const watched = next();
  using _reading = await follow(relay, 'now');
  assert.deepEqual((await watched).watch, [terminal.id]);
  const last = next();
  stopping.abort('stopping');
  const { inputs, watch, next: told } = await last;
  assert.deepEqual([inputs, watch, told.delayMs > 0], [[], [terminal.id], true]);
  assert.equal((await stream.next()).done, true);
});

test('a repeat types nothing twice, however many others have typed meanwhile; too many at once are refused (H3)', async () => {
  await using world = await openTerminal();
  const { relay, add, pass } = world;
  await add({ seq: 1, entries: ['$ '] });
  const by = (caller: Attending, producer: string) =>
    relay.channels.send(caller, terminal.id, { producer, seq: 1, inputs: [producer] });
  const grace = { ...typist, person: 'person-two', name: 'Grace' };
  await by(typist, 'first');
  for (let at = 1; at < limits.inputProducersMax; at++) {
    await by(typist, `script-${at}`);
    await by(grace, `script-${at}`);
  }
  await assert.rejects(by(typist, 'one-more'), { code: 'too-many-inputs' });
  await by(grace, 'last');
  assert.equal((await by(typist, 'first')).dup, true);
  await pass(limits.inputProducerKeptMs);
  await relay.bridge.poll(world.machine, { epoch: world.bridge.epoch, after: 0, holding: [], waitSeconds: 0 }, never);
  await by(typist, 'one-more');
  assert.equal((await by(typist, 'script-1')).dup, true);
  const { last } = await world.store.log(channelShard(terminal.id), 'inputs');
  assert.equal(last, 2 * limits.inputProducersMax + 1);
});

test('nobody types into what is closed, away, or no terminal (H3)', async () => {
  await using world = await openTerminal();
  const { relay, machine, bridge, add, pass } = world;
  await add({ seq: 1, entries: ['$ '] });
  await bridge.send([told({ ...terminal, id: 'run-number-1', kind: 'run' })]);
  await add({ seq: 1, entries: ['out'] }, 'run-number-1');
  await assert.rejects(relay.channels.send(typist, 'run-number-1', { producer: 'tab', seq: 1, inputs: ['x'] }), {
    code: 'inputs-unsupported',
  });
  await pass(limits.presenceMs + 1000);
  await assert.rejects(type(relay, 1, 'x'), { code: 'machine-unavailable' });
  await relay.bridge.poll(machine, { epoch: bridge.epoch, after: 0, holding: [], waitSeconds: 0 }, never);
  await add({ seq: 2, entries: [{ x: { code: 0 } }], close: true });
  await assert.rejects(type(relay, 1, 'x'), { code: 'channel-closed' });
  assert.equal((await add({ seq: 3, entries: ['more'] })).code, 'channel-closed');
  assert.equal((await read(relay, '-1')).blocks.length, 2);
});

test('into what its record calls sealed only sealed inputs go, and the machine gets them as they are (H7)', async () => {
  await using world = await openTerminal();
  const { relay, bridge, add } = world;
  const id = 'terminal-sealed';
  await bridge.send([told({ ...terminal, id, seal: 'hpke-1' })]);
  await add({ seq: 1, entries: [{ n: 1, c: 'AAAA' }] }, id);
  const send = (seq: number, ...inputs: InputsRequest['inputs']) =>
    relay.channels.send(typist, id, { producer: 'tab', seq, inputs });
  const sealed = { a: 'A'.repeat(16), n: 1, c: 'AAAA' };
  for (const plain of ['ls\r', { size: [80, 24] }, { ...sealed, n: 0 }, { ...sealed, more: 1 }])
    await assert.rejects(send(1, sealed, plain), { code: 'channel-sealed' });
  await send(1, sealed);
  const { inputs } = await relay.bridge.inbox(
    world.machine,
    { epoch: bridge.epoch, after: { [id]: 0 }, watch: [], waitSeconds: 0 },
    never,
  );
  assert.deepEqual(
    inputs.map(({ input }) => input),
    [sealed],
  );
});

test('a channel is for who may run programs on the machine; for everybody else it is not there (H4)', async () => {
  await using world = await openTerminal();
  const { relay, add } = world;
  await add({ seq: 1, entries: ['secret'], snapshot: zipped('secret') });
  for (const caller of [reads, strange]) {
    assert.deepEqual((await read(relay, '-1', caller)).gone, [feed]);
    await assert.rejects(relay.channels.send(caller, terminal.id, { producer: 'p', seq: 1, inputs: ['x'] }), {
      code: 'channel-unknown',
    });
    await assert.rejects(relay.channels.snapshot(caller, terminal.id, sha256('x')), { code: 'channel-unknown' });
  }
  const other = await relay.machines.create(organisation, 'desktop', ada);
  const { epoch } = await connectBridge(relay, other.id, { manifestDigest: unknownDigest });
  assert.equal((await adding(relay, other.id, epoch)({ seq: 2, entries: ['forged'] })).code, 'channel-unknown');
  await type(relay, 1, 'mine');
  assert.deepEqual((await inboxOf(relay, other.id, epoch)(0)).inputs, []);
});

test('whoever reads is noticed by the bridge, which streams only what is watched (H5)', async () => {
  await using world = await openTerminal();
  const { relay, add, inbox, pass } = world;
  await add({ seq: 1, entries: ['$ '] });
  const waiting = inbox(0, [], 5);
  const following = await follow(relay, 'now');
  assert.deepEqual((await waiting).watch, [terminal.id]);
  assert.equal((await add({ seq: 2 })).watched, true);
  following[Symbol.dispose]();
  await pass(limits.watchedMs + 1000);
  assert.equal((await add({ seq: 3 })).watched, false);
});

/** What the audit has of who attended channels. */
async function attended({ relay }: { readonly relay: Relay }) {
  const { items } = await relay.audit.list(organisation, {}, { limit: 100 });
  return items
    .map((text) => JSON.parse(text) as AuditEntry)
    .filter(({ action }) => action.startsWith('channel-'))
    .map(({ action, by, about }) => `${by.name} ${action} ${about?.record} ${about?.key ?? about?.session}`)
    .toReversed();
}

test('the bridge hears at once who else reads, and by which key or session (H5)', async () => {
  await using world = await openTerminal();
  const { relay, machine, bridge, add, pass } = world;
  await add({ seq: 1, entries: ['$ '] });
  const ask = (seen: string, waitSeconds: number) =>
    relay.bridge.inbox(
      machine,
      { epoch: bridge.epoch, after: { [terminal.id]: 0 }, watch: [terminal.id], seen, waitSeconds },
      never,
    );
  using _own = await follow(relay, 'now');
  const first = await ask('', 0);
  assert.deepEqual(first.readers, [{ channel: terminal.id, person: 'person-one', name: 'Ada', device: 'key-of-ada' }]);
  const waiting = ask(first.seen, 5);
  const grace = { ...typist, person: 'person-two', name: 'Grace', via: 'session' as const, device: 'phone' };
  using _other = await follow(relay, 'now', grace);
  const both = await waiting;
  assert.deepEqual(
    both.readers.map(({ name, device }) => `${name} ${device}`),
    ['Ada key-of-ada', 'Grace phone'],
  );
  await pass(limits.watchedMs + 1000);
  const gone = await ask(both.seen, 0);
  assert.deepEqual([gone.readers, gone.seen], [[], '']);
});

test('who reads and who types is in the audit before they do, once, however often they come back (H4)', async () => {
  await using world = await openTerminal();
  const { relay, add, pass } = world;
  await add({ seq: 1, entries: ['$ '], snapshot: zipped('screen') });
  for (let time = 0; time < 20; time++) {
    await read(relay, '-1');
    await pass(2 * limits.watchedMs);
    await relay.bridge.poll(world.machine, { epoch: world.bridge.epoch, after: 0, holding: [], waitSeconds: 0 }, never);
    await type(relay, time + 1, 'x');
  }
  const phone = { ...typist, via: 'session' as const, device: 'phone' };
  await relay.channels.snapshot(phone, terminal.id, sha256(gzipSync('screen')));
  const ofOne = ['Ada channel-read terminal-1 key-of-ada', 'Ada channel-typed terminal-1 key-of-ada'];
  const all = [...ofOne, 'Ada channel-read terminal-1 phone'];
  assert.deepEqual(await attended(world), all);
  await pass(limits.attendedAgainMs);
  await read(relay, '-1');
  assert.deepEqual(await attended(world), [...all, ofOne[0]]);
});

test('who types by many keys in turn, or by one key at once, is in the audit once for each key within the hour (H4)', async () => {
  await using world = await openTerminal();
  const { relay, add } = world;
  await add({ seq: 1, entries: ['$ '] });
  const keys = Array.from({ length: limits.attendantsMax + 1 }, (_, at) => ({ ...typist, device: `key-${at}` }));
  const typeBy = (caller: Attending, seq: number) =>
    relay.channels.send(caller, terminal.id, { producer: caller.device, seq, inputs: ['x'] });
  for (let seq = 1; seq <= 3; seq++) for (const key of keys) await typeBy(key, seq);
  assert.equal((await attended(world)).length, keys.length);
  const atOnce = { ...typist, device: 'key-at-once' };
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      relay.channels.send(atOnce, terminal.id, { producer: `tab-${at}`, seq: 1, inputs: ['x'] }),
    ),
  );
  await Promise.all(Array.from({ length: 10 }, () => read(relay, '-1', atOnce)));
  assert.deepEqual((await attended(world)).slice(keys.length), [
    'Ada channel-typed terminal-1 key-at-once',
    'Ada channel-read terminal-1 key-at-once',
  ]);
});

test('who may not read and whose keys are refused are not said to have read or typed (H4)', async () => {
  await using world = await openTerminal();
  const { relay, add, pass } = world;
  await add({ seq: 1, entries: ['$ '] });
  assert.deepEqual((await read(relay, '-1', reads)).gone, [feed]);
  await pass(limits.presenceMs + 1000);
  await assert.rejects(type(relay, 1, 'x'), { code: 'machine-unavailable' });
  assert.deepEqual(await attended(world), []);
});

test('a channel goes with its record, with its machine, and some days after its end (H6)', async () => {
  await using world = await openTerminal();
  const { relay, store, machine, bridge, add, pass } = world;
  const isThere = async (id: string) => (await store.log(channelShard(id), 'events')).last > 0;
  const begin = async (id: string, more: Partial<Said> = {}) => {
    await bridge.send([told({ ...terminal, id })]);
    await add({ seq: 1, entries: ['$ '], ...more }, id);
  };
  for (const id of ['the-deleted', 'the-kept']) await begin(id);
  await begin('the-ended', { close: true });
  using reader = await relay.feeds.open(typist, new Map([[feedOfChannel('the-deleted'), 'now']]));
  const gone = reader.read(5000, never);
  await bridge.send([{ op: 'record-delete', id: 'the-deleted' }]);
  await pass(1000);
  assert.deepEqual((await gone).gone, [feedOfChannel('the-deleted')]);
  assert.equal(await isThere('the-deleted'), false);
  await pass(limits.channelKeptMs + 1000);
  assert.deepEqual([await isThere('the-ended'), await isThere('the-kept')], [false, true]);
  await relay.machines.remove(organisation, machine, ada);
  assert.equal(await isThere('the-kept'), false);
});

test('what is no channel is refused by itself, and holds nothing else up (H1)', async () => {
  await using world = await openTerminal();
  const { relay, machine, bridge, add } = world;
  const bomb = gzipSync(Buffer.alloc(limits.snapshotBytesMax + 1)).toString('base64');
  const refused: readonly (readonly [string, Said, string?])[] = [
    ['channel-unknown', { seq: 1, entries: ['x'] }, 'no-such-record'],
    ['body-invalid', { seq: 1, entries: ['x'.repeat(limits.channelEntryBytesMax)] }],
    ['body-invalid', { seq: 1, snapshot: Buffer.from('no gzip').toString('base64') }],
    ['body-invalid', { seq: 1, snapshot: bomb }],
  ];
  for (const [code, part, id] of refused) assert.equal((await add(part, id)).code, code);
  const send = async (text: string) => {
    const line = Buffer.from(text);
    return await relay.bridge.channels(machine, { epoch: bridge.epoch, digest: sha256(line) }, line);
  };
  const both = [
    { channel: 'no-such-record', seq: 1 },
    { channel: terminal.id, seq: 1, entries: ['\ud800'] },
  ];
  assert.deepEqual(
    (await send(JSON.stringify(both))).items.map(({ code }) => code),
    ['channel-unknown', undefined],
  );
  for (const text of ['{}', '[1]', 'no json', JSON.stringify([both[1], both[1]])])
    await assert.rejects(send(text), ({ code }) => code === 'body-invalid' || code === 'json-invalid', text);
  await assert.rejects(
    relay.bridge.channels(machine, { epoch: bridge.epoch, digest: sha256('x') }, Buffer.from('[]')),
    { code: 'digest-mismatch' },
  );
});
