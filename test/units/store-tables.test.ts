/** Typed tables: what is read is checked, an older layout is upgraded, and a row that cannot be read stops no list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { openStore } from '../../api/store/open.ts';
import { organisationShard } from '../../api/store/shards.ts';
import { defineTable, Unreadable, unreadable } from '../../api/store/tables.ts';

const shard = organisationShard('acme');
const Before = v.looseObject({ label: v.string() });
const things = defineTable('things', v.object({ title: v.string() }), (before) =>
  v.is(Before, before) ? { title: before.label } : undefined,
);

async function openFilled(values: Readonly<Record<string, string>>) {
  const store = await openStore('sqlite::memory:');
  await store.commit(shard, { put: Object.entries(values).map(([key, value]) => ({ ...things.at(key), value })) });
  return store;
}

test('a row of the layout before is upgraded as it is read, and written in the new one', async () => {
  await using store = await openFilled({ old: '{"label":"one"}' });
  const found = await things.get(store, shard, 'old');
  assert.equal(found?.value.title, 'one');
  await store.commit(shard, { put: [things.put('old', found.value)] });
  assert.equal((await store.row(shard, 'things', 'old'))?.value, '{"title":"one"}');
});

test('a row that cannot be read is left out of lists and told, and stays in the store', async () => {
  await using store = await openFilled({ a: '{"title":"one"}', b: '{"title":7}', c: 'no JSON', d: '{"title":"four"}' });
  const told: unknown[] = [];
  const hear = (message: unknown) => told.push(message);
  unreadable.subscribe(hear);
  const { rows, next } = await things.list(store, shard, undefined, 4);
  unreadable.unsubscribe(hear);
  assert.deepEqual([rows.map(({ key }) => key), next], [['a', 'd'], 'd']);
  assert.deepEqual(told, [
    { table: 'things', row: 'b' },
    { table: 'things', row: 'c' },
  ]);
  assert.equal(await store.count(shard, 'things'), 4);
  await assert.rejects(things.get(store, shard, 'b'), Unreadable);
});

test('pages go on behind rows that cannot be read', async () => {
  await using store = await openFilled({ a: '', b: '', c: '{"title":"three"}' });
  const first = await things.list(store, shard, undefined, 2);
  assert.deepEqual([first.rows, first.next], [[], 'b']);
  const all = await Array.fromAsync(things.each(store, shard));
  assert.deepEqual(
    all.map(({ key }) => key),
    ['c'],
  );
});

test('fields that only a newer release knows are written back', async () => {
  await using store = await openFilled({ a: '{"title":"one","colour":"red"}' });
  const found = await things.get(store, shard, 'a');
  assert.ok(found);
  assert.equal(things.put('a', { ...found.value, title: 'two' }).value, '{"title":"two","colour":"red"}');
});
