/** A Redis whose clock is set wrong while all runs, one row each: work goes on, and everybody who is told of it is told whose clock it is. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { clockOff } from '#contract/clock-off.ts';
import type { Machine } from '#contract/machine.ts';
import { calls } from '#contract/paths.ts';
import { makeMovedClock } from '../kit/clock.ts';
import { eventually } from '../kit/eventually.ts';
import { examine } from '../kit/examined.ts';
import { needs } from '../kit/parts.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';
const hour = 3_600_000;

/** In this order, so that it goes back by a month at the end. */
const clocks = [
  [-3 * hour, '3 hours behind', '3 h behind'],
  [3 * hour, '3 hours ahead of', '3 h ahead of'],
  [30 * 24 * hour, '30 days ahead of', '30 days ahead of'],
] as const;

test('a Redis whose clock is set 3 hours or 30 days off while all runs: saves, edits and sign-ins go on, and log, app and doctor name it, until it is right', {
  skip: needs('redis-server', 'gcc'),
}, async () => {
  await using folder = await openTemporaryFolder();
  const clock = await makeMovedClock(folder.path);
  await using world = await openWorld({ kind: 'redis', redisEnv: clock.env });
  const shop = await makeSmallProject(join(world.folder, 'shop'));
  const laptop = await world.startMachine('laptop', [shop]);
  const conditions = async () =>
    ((await world.call<Machine>('GET', `/v1/machines/${laptop.id}`)).conditions ?? []).map(({ title }) => title);
  const log = () => world.relay.programs()[0]?.errors() ?? '';
  const doctor = async () => await examine({ origin: new URL(world.url), key: laptop.key }, ['This machine', 'Relay']);
  const works = async (what: string) => {
    await writeFile(join(shop, first), specText(`Saved ${what}`));
    await eventually(async () => (await laptop.document(first)).title === `Saved ${what}`);
    const { rev } = await laptop.document(first);
    const args = { project: 'shop', spec: '001', priority: 'critical' };
    assert.equal((await laptop.send('spec-metadata-update', args, rev)).state, 'done', what);
    const token = (await world.signInLink()).split('/').at(-1);
    await world.call('POST', calls.sessionCreate.path, { token });
  };
  await works('while it is right');
  for (const [ms, far, short] of clocks) {
    await clock.set(ms);
    await eventually(() => log().includes(`The clock of this machine is ${clockOff(-ms)} that of Redis.`));
    await works(`while Redis is ${far} the rest`);
    await eventually(async () => (await conditions()).join() === `The clock of the relay's Redis is ${far} this one.`);
    const { culprits, text } = await doctor();
    assert.deepEqual(culprits, ['clock'], text);
    assert.match(text, new RegExp(`The clock of the relay’s Redis is ${short} this one and the relay’s own\\.`), text);
    assert.match(text, /On the server where Redis runs, set the clock/);
  }
  await clock.set(0);
  // First the relay: what it answers from then on has the right time, and nobody waits for the end of a poll.
  await eventually(() => log().includes('"event":"clock-right"'));
  await works('with the right clock again');
  await eventually(async () => (await conditions()).length === 0);
});
