/** How long logs get, events and audit: by the number of their entries, whatever the time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { commitRecorded, doors } from '../../api/audit/log.ts';
import { keptShort, UPKEEP_EVERY_ENTRIES } from '../../api/relay/feeds/retention.ts';
import { EVENTS } from '../../api/relay/rows.ts';
import { machineShard } from '../../api/store/shards.ts';
import { ada, openConnected } from '../kit/relay.ts';

test('a log that grows fast is trimmed as it grows, and not once an hour', async () => {
  await using world = await openConnected();
  const { store, machine } = world;
  const shard = machineShard(machine);
  const growing = keptShort(store);
  let longest = 0;
  const { first: start } = await store.log(shard, EVENTS);
  for (let count = 0; count < 5 * limits.logEntriesMax; count += 250) {
    const append = Array.from({ length: 250 }, () => ({ log: EVENTS, value: '{}' }));
    await growing.commit(shard, { append });
    // No time passes: only what is due at once is done.
    await world.pass(0);
    const { first, last } = await store.log(shard, EVENTS);
    longest = Math.max(longest, last - first + 1);
  }
  const { first, last } = await store.log(shard, EVENTS);
  assert.ok(longest <= limits.logEntriesMax + UPKEEP_EVERY_ENTRIES, String(longest));
  assert.ok(first > start && last - first + 1 >= limits.logEntriesMax);
});

test('an audit log that grows fast is trimmed as it grows too', async () => {
  await using world = await openConnected();
  const { store, machine } = world;
  const shard = machineShard(machine);
  const growing = keptShort(store);
  const acts = Array<Act>(500).fill({ action: 'key-made', result: 'done', by: ada });
  let longest = 0;
  for (let count = 0; count < limits.auditEntriesMax + 4 * UPKEEP_EVERY_ENTRIES; count += acts.length) {
    await commitRecorded(growing, shard, {}, acts);
    await world.pass(0);
    const { first, last } = await store.log(shard, doors.log);
    longest = Math.max(longest, last - first + 1);
  }
  const { first } = await store.log(shard, doors.log);
  // A thousand more than are kept, so that nothing beyond the anchor goes.
  assert.ok(first > 1 && longest <= limits.auditEntriesMax + 2 * UPKEEP_EVERY_ENTRIES, `${longest} from ${first}`);
});
