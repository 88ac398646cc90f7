/** Whatever a bridge does and wherever a reader resumes: the events reduce to what the snapshot holds. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { Op } from '#contract/delta.ts';
import type { Document } from '#contract/document.ts';
import type { Subscription } from '../../api/relay/relay.ts';
import { type Told, toldIn } from '../kit/event-stream.ts';
import { createRandomBelow } from '../kit/random.ts';
import { followed, never, openConnected, organisation, pending, project, put, reader, sha256 } from '../kit/relay.ts';

const RUNS = 30;
const STEPS = 60;

function randomOps(random: (below: number) => number): Op[] {
  const path = () => `specs/${random(8)}.md`;
  return Array.from({ length: 1 + random(4) }, (): Op => {
    const text = `text ${random(6)}`;
    const made = put(path(), text, { n: random(3) });
    if (made.op !== 'put') return made;
    switch (random(5)) {
      case 0:
        return { op: 'delete', project, path: path() };
      case 1:
        return { op: 'move', project, from: path(), document: made.document, describe: 1 };
      case 2:
        return pending(path(), text);
      default:
        return made;
    }
  });
}

/** What the app does with changes, in a few lines. */
function reduce(documents: Map<string, Document>, { op, item, key, from, document }: Told): void {
  if (item !== 'document') return;
  if (op !== 'put') documents.delete(from ?? key);
  if (document !== undefined) documents.set(key, document);
}

async function readInto(documents: Map<string, Document>, subscription: Subscription, stopAt: number): Promise<string> {
  let [offset = ''] = Object.values(subscription.offsets());
  let read = 0;
  for (;;) {
    const page = await subscription.read(0, never);
    assert.deepEqual(page.resets, []);
    for (const block of page.blocks) {
      if (read === stopAt) return offset;
      for (const told of toldIn(block.feed, JSON.parse(block.json))) reduce(documents, told);
      offset = block.offset;
      read++;
    }
    if (page.blocks.length === 0) return Object.values(page.offsets)[0] ?? offset;
  }
}

const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

test(`any ops and any resume reduce to the snapshot (SEED=${seed})`, async () => {
  for (let run = 0; run < RUNS; run++) {
    const random = createRandomBelow(seed + run);
    await using world = await openConnected();
    const { relay, bridge, machine, feed } = world;
    const documents = new Map<string, Document>();
    let offset = '-1';
    for (let step = 0; step < STEPS; step++) {
      if (random(6) === 0) {
        const text = `text ${random(6)}`;
        await relay.bridge.blob(machine, sha256(text), { offset: 0, size: text.length }, Buffer.from(text));
      } else await bridge.send(randomOps(random));
      if (random(5) > 0) continue;
      using subscription = await followed(relay, { [feed]: offset });
      offset = await readInto(documents, subscription, random(4) === 0 ? random(5) : Number.POSITIVE_INFINITY);
    }
    using last = await followed(relay, { [feed]: offset });
    await readInto(documents, last, Number.POSITIVE_INFINITY);
    const { items } = await relay.feeds.snapshot(reader, feed, { limit: 5000 });
    const held = items.map((json): Document => JSON.parse(json).value);
    const read = [...documents.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    assert.deepEqual(read, held, `SEED=${seed}, run ${run}`);
    const { projects } = await relay.machines.get(organisation, machine);
    assert.equal(projects[0]?.documents, held.length, `SEED=${seed}, run ${run}`);
  }
});
