/** What every engine of the store promises (`api/store/store.ts`), promise by promise. An engine is held to it by giving `open`. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Appended, Committed, Store } from '../../api/store/store.ts';
import { eventually } from '../kit/eventually.ts';

/** Opens the store at a place; the same place again, after the first was closed, is the same store. Another place is another, empty one. */
export type OpenAt = (place: string) => Promise<Store>;

const revOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const row = (key: string, table = 'table') => ({ table, key });

const positionsOf = (committed: Committed) => committed.done && committed.appended.map(({ position }) => position);

/** Runs the suite against an engine; `skip` says why not. */
export function testStore(engine: string, open: OpenAt, skip: string | false = false): void {
  describe(engine, { concurrency: false, skip }, () => {
    testRows(open);
    testTickets(open);
    testLogs(open);
    testTrimUpTo(open);
    testBlobs(open);
    testDues(open);
    testSignals(open);
    testWhole(open);
  });
}

/** One store for a group of tests; each test takes a shard of its own. */
function opened(open: OpenAt) {
  const place = randomBytes(8).toString('hex');
  let store: Promise<Store> | undefined;
  after(async () => (await store)?.[Symbol.asyncDispose]());
  return async () => {
    store ??= open(place);
    return { store: await store, shard: `m:${randomBytes(8).toString('hex')}` };
  };
}

function testRows(open: OpenAt): void {
  const fresh = opened(open);

  test('a row comes back as it was put, and not in another table or shard', async () => {
    const { store, shard } = await fresh();
    const value = '{"a":[],"n":9007199254740993,"text":"é 🙂 \\u0000"}\n';
    await store.commit(shard, { put: [{ ...row('k'), value }] });
    assert.equal((await store.row(shard, 'table', 'k'))?.value, value);
    assert.equal(await store.row(shard, 'other', 'k'), undefined);
    assert.equal(await store.row(`${shard}x`, 'table', 'k'), undefined);
  });

  test('a version is never given twice to a key, also not after a delete', async () => {
    const { store, shard } = await fresh();
    const versions: (number | undefined)[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await store.commit(shard, { put: [{ ...row('k'), value: 'same' }] });
      versions.push((await store.row(shard, 'table', 'k'))?.version);
      await store.commit(shard, { delete: [row('k')] });
    }
    assert.equal(new Set(versions).size, 3);
    assert.ok(!versions.includes(0));
  });

  test('a commit whose expectation does not hold names it and writes nothing', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { put: [{ ...row('k'), value: '1' }] });
    const wrong = { row: row('k'), version: 0 };
    const committed = await store.commit(shard, {
      expect: [{ row: row('none'), version: 0 }, wrong],
      put: [{ ...row('other'), value: '2' }],
      append: [{ log: 'log', value: 'x' }],
      tickets: [{ name: 'ticket', value: 'x', ttlMs: 1000 }],
      due: [{ id: 'due', at: 1 }],
    });
    assert.deepEqual(committed, { done: false, mismatch: wrong });
    assert.equal(await store.row(shard, 'table', 'other'), undefined);
    assert.equal((await store.log(shard, 'log')).last, 0);
    assert.equal(await store.ticket(shard, 'ticket'), undefined);
    assert.ok((await store.due(1000)).every((due) => due.shard !== shard));
  });

  test('of many who expect the same version, exactly one writes', async () => {
    const { store, shard } = await fresh();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.commit(shard, { expect: [{ row: row('k'), version: 0 }], put: [{ ...row('k'), value: `${index}` }] }),
      ),
    );
    assert.equal(outcomes.filter(({ done }) => done).length, 1);
  });

  test('several rows are read in the order of their names, absent ones as undefined', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { put: ['a', 'b'].map((key) => ({ ...row(key), value: key })) });
    const values = (await store.rows(shard, [row('b'), row('none'), row('a')])).map((found) => found?.value);
    assert.deepEqual(values, ['b', undefined, 'a']);
  });

  test('a list goes through all keys in the order of their UTF-8 bytes, page by page', async () => {
    const { store, shard } = await fresh();
    const keys = ['a', 'a/b', 'a b', 'B', 'é', 'z', '\ufffd', '🙂', '😀x'];
    await store.commit(shard, { put: keys.map((key) => ({ ...row(key), value: key })) });
    const listed: string[] = [];
    for (;;) {
      const page = await store.list(shard, 'table', listed.at(-1), 2);
      listed.push(...page.map(({ key }) => key));
      if (page.length < 2) break;
    }
    assert.deepEqual(
      listed,
      keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    assert.equal(await store.count(shard, 'table'), keys.length);
  });
}

function testTickets(open: OpenAt): void {
  const fresh = opened(open);

  test("a ticket lives for its time by the store's clock, and then it is gone for reads and expectations", async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { tickets: [{ name: 't', value: 'v', ttlMs: 150 }] });
    const ticket = await store.ticket(shard, 't');
    assert.equal(ticket?.value, 'v');
    assert.ok(ticket.expiresAt > store.now() && ticket.expiresAt <= store.now() + 200);
    await eventually(async () => (await store.ticket(shard, 't')) === undefined);
    const committed = await store.commit(shard, {
      expect: [{ ticket: 't', value: null }],
      tickets: [{ name: 't', value: 'again', ttlMs: 60_000 }],
    });
    assert.ok(committed.done);
  });

  test('a one-use ticket is redeemed by one of many', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { tickets: [{ name: 't', value: 'v', ttlMs: 60_000 }] });
    const redeem = () =>
      store.commit(shard, { expect: [{ ticket: 't', value: 'v' }], tickets: [{ name: 't', value: null }] });
    const outcomes = await Promise.all(Array.from({ length: 10 }, redeem));
    assert.equal(outcomes.filter(({ done }) => done).length, 1);
  });
}

const append = (store: Store, shard: string, ...values: string[]) =>
  store.commit(shard, { append: values.map((value) => ({ log: 'log', value })) });

function testLogs(open: OpenAt): void {
  const fresh = opened(open);
  test('positions rise by one from 1, and a commit tells those of its entries', async () => {
    const { store, shard } = await fresh();
    const first = await append(store, shard, 'a', 'b');
    const second = await append(store, shard, 'c');
    assert.deepEqual(positionsOf(first), [1, 2]);
    assert.deepEqual(positionsOf(second), [3]);
    const read = await store.entries(shard, 'log', 1, 10);
    assert.deepEqual(
      read.entries.map(({ position, value }) => [position, value]),
      [
        [2, 'b'],
        [3, 'c'],
      ],
    );
    assert.deepEqual([read.first, read.last], [1, 3]);
  });

  test('a log has no generation before its first entry, and keeps the one that it then gets', async () => {
    const { store, shard } = await fresh();
    assert.deepEqual(await store.log(shard, 'log'), { generation: '', first: 1, last: 0 });
    await append(store, shard, 'a');
    const { generation } = await store.log(shard, 'log');
    await append(store, shard, 'b');
    assert.notEqual(generation, '');
    assert.equal((await store.log(shard, 'log')).generation, generation);
  });

  test('a turned log loses its entries, goes on counting, and gets another generation', async () => {
    const { store, shard } = await fresh();
    await append(store, shard, 'a', 'b');
    const before = await store.log(shard, 'log');
    await store.commit(shard, { restart: ['log'], append: [{ log: 'log', value: 'c' }] });
    const after = await store.entries(shard, 'log', 0, 10);
    assert.notEqual(after.generation, before.generation);
    assert.deepEqual(
      after.entries.map(({ position, value }) => [position, value]),
      [[3, 'c']],
    );
    assert.equal(after.first, 3);
  });

  test('a log is trimmed by count and by age, and says where it begins', async () => {
    const { store, shard } = await fresh();
    await append(store, shard, 'a', 'b', 'c', 'd');
    await store.trim(shard, 'log', { entriesMax: 3, ageMs: 60_000 });
    assert.equal((await store.log(shard, 'log')).first, 2);
    await eventually(async () => {
      await store.trim(shard, 'log', { ageMs: 0 });
      const { first, last } = await store.log(shard, 'log');
      return first === 5 && last === 4;
    });
    const next = await append(store, shard, 'e');
    assert.deepEqual(positionsOf(next), [5]);
  });
}

function testTrimUpTo(open: OpenAt): void {
  const fresh = opened(open);

  test('a log is trimmed up to a position, however often and however far', async () => {
    const { store, shard } = await fresh();
    await append(store, shard, 'a', 'b', 'c', 'd');
    const firstAfter = async (upTo: number) => {
      await store.trim(shard, 'log', { upTo });
      return (await store.log(shard, 'log')).first;
    };
    assert.equal(await firstAfter(0), 1);
    assert.equal(await firstAfter(2), 3);
    assert.equal(await firstAfter(1), 3);
    assert.equal(await firstAfter(99), 5);
    assert.deepEqual(positionsOf(await append(store, shard, 'e')), [5]);
    assert.deepEqual(
      (await store.entries(shard, 'log', 0, 10)).entries.map(({ value }) => value),
      ['e'],
    );
  });
}

function testBlobs(open: OpenAt): void {
  const fresh = opened(open);
  const bytes = Buffer.from([0, 255, 10, 13, 0xc3, 0x28]);
  const rev = revOf(bytes);

  test('a blob comes back byte for byte, once whole', async () => {
    const { store, shard } = await fresh();
    assert.equal(await store.blob(shard, rev), undefined);
    await store.commit(shard, { blobs: [{ rev, bytes }], hold: [{ rev, holder: 'h' }] });
    assert.deepEqual(Buffer.from((await store.blob(shard, rev)) ?? []), bytes);
    assert.deepEqual([...(await store.whole(shard, [rev, 'other']))], [rev]);
    const { done } = await store.commit(shard, { expect: [{ blob: rev, whole: false }] });
    assert.equal(done, false);
  });

  test('an empty blob is a blob', async () => {
    const { store, shard } = await fresh();
    const empty = revOf(Buffer.alloc(0));
    await store.commit(shard, { blobs: [{ rev: empty, bytes: Buffer.alloc(0) }] });
    assert.equal((await store.blob(shard, empty))?.length, 0);
  });

  test('a piece is added only where the last one ended, and sealing makes them one', async () => {
    const { store, shard } = await fresh();
    assert.equal(await store.addPiece(shard, rev, 0, bytes.subarray(0, 2)), 2);
    assert.equal(await store.addPiece(shard, rev, 0, bytes.subarray(0, 3)), 2);
    assert.equal(await store.addPiece(shard, rev, 4, bytes.subarray(4)), 2);
    assert.equal(await store.blob(shard, rev), undefined);
    assert.equal(await store.addPiece(shard, rev, 2, bytes.subarray(2)), bytes.length);
    assert.deepEqual(Buffer.from(await store.pieces(shard, rev)), bytes);
    await store.commit(shard, { seal: [rev] });
    assert.deepEqual(Buffer.from((await store.blob(shard, rev)) ?? []), bytes);
    assert.equal((await store.pieces(shard, rev)).length, 0);
  });

  test('sealing without pieces makes no blob', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { seal: [rev] });
    assert.equal(await store.blob(shard, rev), undefined);
  });

  test('a blob stays while anybody holds it, and goes after the last has let go', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, {
      blobs: [{ rev, bytes }],
      hold: [
        { rev, holder: 'one' },
        { rev, holder: 'one' },
        { rev, holder: 'two' },
      ],
    });
    assert.deepEqual(await store.holders(shard, rev), ['one', 'two']);
    await store.commit(shard, { release: [{ rev, holder: 'one' }] });
    await store.dropReleased(shard, 0);
    assert.ok(await store.blob(shard, rev));
    await store.commit(shard, { release: [{ rev, holder: 'two' }] });
    await store.dropReleased(shard, 60_000);
    assert.ok(await store.blob(shard, rev));
    await store.dropReleased(shard, 0);
    assert.equal(await store.blob(shard, rev), undefined);
  });

  test('what is held again before its time is over stays, and pieces that no longer grow go', async () => {
    const { store, shard } = await fresh();
    await store.commit(shard, { hold: [{ rev, holder: 'early' }] });
    await store.commit(shard, { blobs: [{ rev, bytes }] });
    await store.commit(shard, { release: [{ rev, holder: 'early' }] });
    await store.commit(shard, { hold: [{ rev, holder: 'late' }] });
    await store.addPiece(shard, 'unfinished', 0, bytes);
    await store.dropReleased(shard, 0);
    assert.ok(await store.blob(shard, rev));
    assert.equal((await store.pieces(shard, 'unfinished')).length, 0);
  });
}

function testDues(open: OpenAt): void {
  const fresh = opened(open);
  const own = async (store: Store, shard: string) =>
    (await store.due(1000)).filter((due) => due.shard === shard).map(({ id }) => id);

  test('what is due shows when its time has come, the longest overdue first, until a commit moves or removes it', async () => {
    const { store, shard } = await fresh();
    // What a process takes for the clock of a Redis may be some ms beside it.
    const now = store.now() - 1000;
    await store.commit(shard, {
      due: [
        { id: 'later', at: now + 60_000 },
        { id: 'second', at: now - 10 },
        { id: 'first', at: now - 20 },
      ],
    });
    assert.deepEqual(await own(store, shard), ['first', 'second']);
    assert.deepEqual(await own(store, shard), ['first', 'second']);
    await store.commit(shard, {
      due: [
        { id: 'first', at: now + 60_000 },
        { id: 'second', at: null },
        { id: 'later', at: now - 1 },
      ],
    });
    assert.deepEqual(await own(store, shard), ['later']);
  });
}

function testSignals(open: OpenAt): void {
  const fresh = opened(open);

  test('a signal wakes the listeners of its name once the commit can be read, and nobody else', async () => {
    const { store, shard } = await fresh();
    const heard: string[] = [];
    using _own = store.listen(shard, 'name', () => heard.push('own'));
    using _name = store.listen(shard, 'other', () => heard.push('other name'));
    using _shard = store.listen(`${shard}x`, 'name', () => heard.push('other shard'));
    const ended = store.listen(shard, 'name', () => heard.push('ended'));
    ended[Symbol.dispose]();
    // Who begins to listen may be woken once for what it missed.
    await delay(100);
    heard.length = 0;
    await store.commit(shard, { put: [{ ...row('k'), value: 'v' }], signal: ['name'] });
    await eventually(() => heard.length > 0);
    assert.deepEqual(heard, ['own']);
    await store.commit(shard, { expect: [{ row: row('k'), version: 0 }], signal: ['name'] });
    await delay(100);
    assert.deepEqual(heard, ['own']);
  });

  test('the signal of an own commit brings what was appended to the log of its name, with the generation that the log has', async () => {
    const { store, shard } = await fresh();
    const told: (Appended | undefined)[] = [];
    using _listening = store.listen(shard, 'name', (appended) => told.push(appended));
    await delay(100);
    told.length = 0;
    const commit = async (...logs: string[]) =>
      await store.commit(shard, { append: logs.map((log) => ({ log, value: `of ${log}` })), signal: ['name'] });
    for (const logs of [['name', 'other', 'name'], ['other'], ['name']]) await commit(...logs);
    const { entries, generation } = await store.entries(shard, 'name', 0, 10);
    assert.deepEqual(told, [
      { generation, entries: entries.slice(0, 2) },
      undefined,
      { generation, entries: entries.slice(2) },
    ]);
    await store.commit(shard, { restart: ['name'], append: [{ log: 'name', value: 'turned' }], signal: ['name'] });
    assert.equal(told.at(-1)?.generation, (await store.log(shard, 'name')).generation);
  });
}

function testWhole(open: OpenAt): void {
  const fresh = opened(open);

  test('a dropped shard is empty, and its neighbours are not', async () => {
    const { store, shard } = await fresh();
    const all = {
      put: [{ ...row('k'), value: 'v' }],
      tickets: [{ name: 't', value: 'v', ttlMs: 60_000 }],
      append: [{ log: 'log', value: 'v' }],
      blobs: [{ rev: 'rev', bytes: Buffer.from('v') }],
      due: [{ id: 'due', at: 1 }],
    };
    await store.commit(shard, all);
    await store.commit(`${shard}x`, all);
    await store.drop(shard);
    assert.equal(await store.row(shard, 'table', 'k'), undefined);
    assert.equal(await store.ticket(shard, 't'), undefined);
    assert.equal((await store.log(shard, 'log')).generation, '');
    assert.equal(await store.blob(shard, 'rev'), undefined);
    assert.deepEqual(
      (await store.due(1000)).map((due) => due.shard).filter((name) => name.startsWith(shard)),
      [`${shard}x`],
    );
    assert.ok(await store.row(`${shard}x`, 'table', 'k'));
  });

  test('the size of the store grows with what is in it', async () => {
    const { store, shard } = await fresh();
    const before = await store.size();
    assert.ok(before > 0);
    const bytes = randomBytes(2 ** 20);
    await store.commit(shard, { blobs: [{ rev: revOf(bytes), bytes }] });
    assert.ok((await store.size()) >= before + bytes.length);
  });

  test('a store that is closed and opened again is the same; another has another handle', async () => {
    const [place, other] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
    const first = await open(place);
    await first.commit('m:x', { put: [{ ...row('k'), value: 'v' }] });
    const version = (await first.row('m:x', 'table', 'k'))?.version;
    await first[Symbol.asyncDispose]();
    await using again = await open(place);
    await using another = await open(other);
    assert.equal(again.handle, first.handle);
    assert.notEqual(another.handle, first.handle);
    await again.commit('m:x', { put: [{ ...row('k'), value: 'w' }] });
    assert.notEqual((await again.row('m:x', 'table', 'k'))?.version, version);
  });

  test('a store that was restored gets another handle when it is told to, and keeps it', async () => {
    const place = randomBytes(8).toString('hex');
    const first = await open(place);
    const before = first.handle;
    await first.rehandle();
    const { handle } = first;
    await first[Symbol.asyncDispose]();
    await using again = await open(place);
    assert.notEqual(handle, before);
    assert.equal(again.handle, handle);
  });
}
