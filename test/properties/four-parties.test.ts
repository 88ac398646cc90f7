/**
 * A model of the four parties: files, the bridge's link, processes of the relay, readers. Whatever happens to them in whatever order (saves,
 * moves, kills, calls that are lost or repeated, processes that begin anew, logs that are cut), in the end everybody shows what is on the
 * disk; nobody is told anything twice or out of order, and no file is told to be gone that was not removed. `RUNS=50000` takes more of them,
 * `SEED=…` repeats.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { createRelay } from '../../api/relay/create-relay.ts';
import type { Relay } from '../../api/relay/relay.ts';
import { EVENTS } from '../../api/relay/rows.ts';
import { machineShard } from '../../api/store/shards.ts';
import { ModelMachine, weathers } from '../kit/model-machine.ts';
import { ModelReader } from '../kit/model-reader.ts';
import { ada, openRelay, type RelayWorld, sha256 } from '../kit/relay.ts';

const numRuns = Number(process.env.RUNS ?? 1000);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

/** What was met once, at each moment at which it may happen: a file goes away while the bridge compares, and the relay had another version of it. */
const gone = Array.from({ length: 24 }, (_, turns): readonly Step[] => [
  { does: 'save', machine: 0, path: 'specs/1/README.md', text: 0 },
  { does: 'wait', turns: 12 },
  { does: 'kill', machine: 0, how: 'killed' },
  { does: 'wait', turns },
  { does: 'remove', machine: 0, path: 'specs/1/README.md' },
]);

/** A file goes and comes back while the bridge compares: a page without it has the relay drop it. */
const back = Array.from({ length: 72 }, (_, turns): readonly Step[] => [
  { does: 'save', machine: 0, path: 'specs/3/README.md', text: 1 },
  { does: 'wait', turns: 12 },
  { does: 'kill', machine: 0, how: 'killed' },
  { does: 'wait', turns: turns % 24 },
  { does: 'remove', machine: 0, path: 'specs/3/README.md' },
  { does: 'wait', turns: 1 + Math.floor(turns / 24) },
  { does: 'save', machine: 0, path: 'specs/3/README.md', text: 1 },
]);

const which = fc.nat({ max: 1 });
const path = fc.constantFrom('specs/1/README.md', 'specs/2/README.md', 'specs/2/tasks.md', 'specs/3/README.md');
const machine = { machine: which };
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...machine, does: fc.constant('save'), path, text: fc.nat({ max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ ...machine, does: fc.constant('remove'), path }) },
  { weight: 2, arbitrary: fc.record({ ...machine, does: fc.constant('move'), path, to: path }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...machine,
      does: fc.constant('weather'),
      next: fc.array(fc.constantFrom(...weathers), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ ...machine, does: fc.constant('kill'), how: fc.constantFrom('killed', 'stopped', 'lost') }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('process'), process: which }) },
  { weight: 1, arbitrary: fc.record({ ...machine, does: fc.constant('cut'), entries: fc.nat({ max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('read'), reader: which, pages: fc.nat({ max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait'), turns: fc.nat({ max: 12 }) }) },
) as fc.Arbitrary<Step>;

type Step =
  | { readonly does: 'save'; readonly machine: number; readonly path: string; readonly text: number }
  | { readonly does: 'remove'; readonly machine: number; readonly path: string }
  | { readonly does: 'move'; readonly machine: number; readonly path: string; readonly to: string }
  | { readonly does: 'weather'; readonly machine: number; readonly next: (typeof weathers)[number][] }
  | { readonly does: 'kill'; readonly machine: number; readonly how: 'killed' | 'stopped' | 'lost' }
  | { readonly does: 'process'; readonly process: number }
  | { readonly does: 'cut'; readonly machine: number; readonly entries: number }
  | { readonly does: 'read'; readonly reader: number; readonly pages: number }
  | { readonly does: 'wait'; readonly turns: number };

/** Two processes of the relay on one store, which all runs share: each has an organisation of its own. */
class Ground {
  readonly world: RelayWorld;
  readonly relays: Relay[];
  #count = 0;

  constructor(world: RelayWorld) {
    this.world = world;
    this.relays = [0, 1].map(() => createRelay({ store: world.store }));
  }

  any(): Relay {
    this.#count += 1;
    return this.relays[this.#count % 2] as Relay;
  }

  beginAnew(at: number): void {
    this.relays[at] = createRelay({ store: this.world.store });
  }
}

async function live(ground: Ground, steps: readonly Step[]): Promise<void> {
  const organisation = `org-${randomInt(2 ** 40)}`;
  const machines: ModelMachine[] = [];
  for (const name of ['one', 'two']) {
    const { id } = await ground.any().machines.create(organisation, name, ada);
    machines.push(new ModelMachine(id, () => ground.any()));
  }
  const readers = machines.map((one) => new ModelReader(one, organisation));
  for (const one of machines) one.begin();
  try {
    for (const one of steps) await happen(ground, machines, readers, one);
    for (const one of machines) one.calm();
    for (const own of readers) await untilShown(ground, own);
  } finally {
    await Promise.all(machines.map((one) => one.end('stopped')));
  }
}

async function happen(
  ground: Ground,
  machines: readonly ModelMachine[],
  readers: readonly ModelReader[],
  one: Step,
): Promise<void> {
  const at = 'machine' in one ? (machines[one.machine] as ModelMachine) : undefined;
  switch (one.does) {
    case 'save':
      return at?.save(one.path, `text ${one.text}`);
    case 'remove':
      return at?.remove(one.path);
    case 'move':
      return at?.move(one.path, one.to);
    case 'weather':
      return at?.meet(one.next);
    case 'kill':
      await at?.end(one.how === 'lost' ? 'killed' : one.how);
      // What is saved while no bridge runs.
      at?.save('specs/1/README.md', `meanwhile ${one.how}`);
      // Without the list of its last run it does not know what it had.
      return at?.begin(one.how === 'lost' ? 'slowly' : undefined);
    case 'process':
      ground.beginAnew(one.process);
      for (const each of machines) each.cut();
      return;
    case 'cut':
      return await ground.world.store.trim(machineShard(at?.id ?? ''), EVENTS, { entriesMax: one.entries });
    case 'read':
      return await readers[one.reader]?.read(ground.any(), one.pages);
    case 'wait':
      for (let turns = 0; turns < one.turns; turns++) await turn();
  }
}

const turnsMax = 3000;

/** The last state of every file is seen, and nothing else. */
async function untilShown(ground: Ground, own: ModelReader): Promise<void> {
  const onDisk = () => [...own.machine.files].map(([name, text]) => [name, sha256(text)]).sort();
  for (let turns = 0; turns < turnsMax; turns++) {
    await own.read(ground.any(), 5);
    if (JSON.stringify([...own.shown].sort()) === JSON.stringify(onDisk())) break;
    await turn();
  }
  assert.deepEqual([...own.shown].sort(), onDisk());
  assert.deepEqual(own.faults, []);
}

// No backoff: the model's time is that of its turns.
before(() => void mock.method(Math, 'random', () => 0));

test(`everybody shows what is on the disk, whatever happens on the way (SEED=${seed})`, async () => {
  await using world = await openRelay();
  const ground = new Ground(world);
  const property = fc.asyncProperty(fc.array(step, { maxLength: 24 }), (steps) => live(ground, steps));
  await fc.assert(property, { numRuns, seed, examples: [...gone, ...back].map((steps) => [steps]) });
});
