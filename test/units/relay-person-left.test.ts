/** A member who is removed leaves nothing behind of what was theirs alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersonCaller } from '../../api/identity/caller.ts';
import { createPeople } from '../../api/identity/people.ts';
import { LEFT_AFTER_MS } from '../../api/relay/person-left.ts';
import { ada, openRelay, organisation, someone } from '../kit/relay.ts';

const view = { kind: 'view', title: 'Mine', state: 'saved', meta: { place: 'specs', query: {} } };

test('the own records of a member who is removed are gone, and those of others stay', async () => {
  await using world = await openRelay();
  const people = createPeople(world.store, () => {});
  const [grace, ida] = [someone(2), someone(3)];
  const callerOf = ({ person, name }: typeof ada) => ({ organisation, person, name, scope: 'write' as const, by: ada });
  for (const { person, name } of [grace, ida])
    await people.add(organisation, { id: person, name, role: 'member' }, ada);
  for (const who of [grace, ida]) await world.relay.records.create(callerOf(who), view);
  await people.remove(grace.person, { organisation, ...ada, role: 'admin' } as PersonCaller);
  await world.pass(LEFT_AFTER_MS);
  const count = async (who: typeof ada) =>
    (await world.relay.records.list(callerOf(who), {}, { limit: 10 })).items.length;
  assert.deepEqual([await count(grace), await count(ida)], [0, 1]);
});
