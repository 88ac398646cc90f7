/**
 * A model of the four parties: files, the bridge's link, processes of the relay, readers and senders. Whatever happens to them in whatever
 * order (saves, moves, commands, kills, absences, calls that are lost or repeated, processes that begin anew, logs that are cut, a store that
 * is put back as it was), in the end everybody shows what is on the disk; nobody is told anything twice or out of order, no file is told to be
 * gone that was not removed, and each command has done what is told of it, once. `RUNS=50000` takes more of them, `SEED=…` repeats.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { EVENTS } from '../../api/relay/rows.ts';
import { machineShard } from '../../api/store/shards.ts';
import { ModelMachine } from '../kit/model-machine.ts';
import { ModelReader } from '../kit/model-reader.ts';
import { ModelRelay } from '../kit/model-relay.ts';
import { ModelSender } from '../kit/model-sender.ts';
import { examples, type Step, step } from '../kit/model-steps.ts';
import { ada, sha256 } from '../kit/relay.ts';

const numRuns = Number(process.env.RUNS ?? 1000);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

interface Ground {
  readonly relay: ModelRelay;
  readonly machines: readonly ModelMachine[];
  readonly senders: readonly ModelSender[];
  readonly readers: readonly ModelReader[];
}

async function live(shared: ModelRelay, steps: readonly Step[]): Promise<void> {
  const isPutBack = steps.some(({ does }) => does === 'restore');
  // What is put back is put back for all.
  await using own = isPutBack ? await ModelRelay.open() : undefined;
  const relay = own ?? shared;
  const organisation = `org-${randomInt(2 ** 40)}`;
  const machines: ModelMachine[] = [];
  for (const name of ['one', 'two']) {
    const { id } = await relay.any().machines.create(organisation, name, ada);
    machines.push(
      new ModelMachine(
        id,
        () => relay.any(),
        () => relay.now(),
      ),
    );
  }
  const senders = machines.map((one) => new ModelSender(one, organisation));
  const readers = machines.map((one) => new ModelReader(one, organisation));
  const ground: Ground = { relay, machines, senders, readers };
  // Without a later copy, the relay is put back as it was when it was empty.
  if (isPutBack) await relay.copy();
  for (const one of machines) one.begin();
  try {
    for (const one of steps) await happen(ground, one);
    for (const one of machines) {
      one.calm();
      one.begin();
    }
    for (const own of readers) await untilShown(ground, own);
    for (const own of senders) assert.deepEqual(await own.faults(relay.any()), []);
    for (const own of readers) await untilShown(ground, own);
  } finally {
    await Promise.all(machines.map((one) => one.end('stopped')));
  }
}

async function happen(ground: Ground, one: Step): Promise<void> {
  const { relay, machines, senders, readers } = ground;
  const at = 'machine' in one ? (machines[one.machine] as ModelMachine) : undefined;
  switch (one.does) {
    case 'save':
      return at?.save(one.path, `text ${one.text}`);
    case 'remove':
      return at?.remove(one.path);
    case 'move':
      return at?.move(one.path, one.to);
    case 'send':
      return await senders[one.machine]?.send(relay.any(), one.path, one);
    case 'weather':
      return at?.meet(one.next);
    case 'kill':
      await at?.end(one.how === 'lost' ? 'killed' : one.how);
      // What is saved while no bridge runs.
      at?.save('specs/1/README.md', `meanwhile ${one.how}`);
      // Without the list of its last run it does not know what it had.
      return at?.begin(one.how === 'lost' ? 'slowly' : undefined);
    case 'leave':
      return await at?.end(one.how);
    case 'return':
      return at?.begin();
    case 'process':
      relay.beginAnew(one.process);
      for (const each of machines) each.cut();
      return;
    case 'cut':
      return await relay.store.trim(machineShard(at?.id ?? ''), EVENTS, { entriesMax: one.entries });
    case 'copy':
      for (const each of senders) each.copy();
      return await relay.copy();
    case 'restore':
      for (const each of senders) each.restore();
      return await relay.restore(() => {
        for (const each of machines) each.cut();
      });
    case 'pass':
      return await relay.pass(one.ms);
    case 'read':
      return await readers[one.reader]?.read(relay.any(), one.pages);
    case 'wait':
      for (let turns = 0; turns < one.turns; turns++) await turn();
  }
}

const turnsMax = 3000;

/** The last state of every file is seen, and nothing else. */
async function untilShown({ relay }: Ground, own: ModelReader): Promise<void> {
  const onDisk = () => [...own.machine.files].map(([name, text]) => [name, sha256(text)]).sort();
  for (let turns = 0; turns < turnsMax; turns++) {
    await own.read(relay.any(), 5);
    if (JSON.stringify([...own.shown].sort()) === JSON.stringify(onDisk())) break;
    await turn();
  }
  assert.deepEqual([...own.shown].sort(), onDisk());
  assert.deepEqual(own.faults, []);
}

// No backoff: the model's time is that of its turns.
before(() => void mock.method(Math, 'random', () => 0));

test(`everybody shows what is on the disk, whatever happens on the way (SEED=${seed})`, async () => {
  await using relay = await ModelRelay.open();
  const property = fc.asyncProperty(fc.array(step, { maxLength: 24 }), (steps) => live(relay, steps));
  await fc.assert(property, {
    numRuns,
    seed,
    examples: examples.map((steps) => [steps]),
  });
});
