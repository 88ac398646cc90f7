/** What one person or organisation can take of a relay by asking machines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { ada, connectBridge, openRelay, organisation, someone } from '../kit/relay.ts';

const machinesAsked = limits.queriesPerOrganisationMax / limits.queriesPerMachineMax;
const people = limits.queriesPerOrganisationMax / limits.queriesPerPersonInAllMax;

test('an organisation has so many queries waiting and no more, one person a part of them; others ask on (Q4)', async () => {
  await using world = await openRelay('sqlite::memory:');
  const { relay } = world;
  const machineOf = async (owner: string) => {
    const { id } = await relay.machines.create(owner, 'laptop', ada);
    await connectBridge(relay, id, { kinds: ['project-info'] });
    return id;
  };
  const machines: string[] = [];
  for (let made = 0; made <= machinesAsked; made++) machines.push(await machineOf(organisation));
  const [spare = '', ...asked] = machines;
  const leaves = new AbortController();
  const codeOf = async (person: number, machine: string, owner = organisation) => {
    const by = { ...someone(person), role: 'member', scopes: ['read'] };
    const query = { kind: 'project-info', args: { project: 'shop' } };
    const ended = await relay.queries.ask(owner, machine, query, by, leaves.signal).catch((error: unknown) => error);
    return ended instanceof Problem ? ended.code : ended;
  };

  const share = limits.queriesPerPersonInAllMax / machinesAsked;
  const first = asked.flatMap((machine) => Array.from({ length: share }, () => codeOf(0, machine)));
  assert.equal(await codeOf(0, spare), 'too-many-queries', 'one person, on a machine that nobody asks');
  const others = asked.flatMap((machine) =>
    Array.from({ length: people - 1 }, (_, person) => Array.from({ length: share }, () => codeOf(person + 1, machine))),
  );
  assert.equal(await codeOf(people, spare), 'too-many-queries', 'everybody together');
  const elsewhere = 'organisation-two';
  const next = codeOf(0, await machineOf(elsewhere), elsewhere);

  leaves.abort();
  const codes = new Set(await Promise.all([...first, ...others.flat(), next]));
  assert.deepEqual([...codes], ['machine-silent'], 'all others were asked');
  assert.equal(await codeOf(people, spare), 'machine-silent', 'who has left takes no room');
});
