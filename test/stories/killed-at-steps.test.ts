/** A bridge and a relay that are killed at a step of their own: before and after what is flushed, renamed, committed, answered. `npm run soak -- --steps` does so at all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKillWorld, type Victim } from '../kit/killed-at.ts';
import { needs } from '../kit/parts.ts';
import type { RelayKind } from '../kit/relay-processes.ts';

/** Each with how often it comes before it counts: what comes at the start too is met in the round. */
const steps: Readonly<Record<Victim, readonly (readonly [step: string, times: number])[]>> = {
  bridge: [
    ['datasync journal.jsonl before', 2],
    ['datasync journal.jsonl after', 3],
    ['rename temporary.new LOG.md before', 1],
    ['rename temporary.new LOG.md after', 1],
    ['link temporary.new NOTE.md after', 1],
    ['send /v1/bridge/results before', 1],
    ['send /v1/bridge/results after', 1],
    ['send /v1/bridge/ingest after', 1],
    ['link temporary.new BRIEF.md before', 1],
    ['link temporary.new BRIEF.md after', 1],
  ],
  api: [
    ['answer /v1/machines/ID/commands before', 1],
    ['answer /v1/bridge/poll before', 1],
    ['answer /v1/bridge/results before', 1],
  ],
};

/** Where an engine makes the commit of a round. */
const commits: Readonly<Record<'sqlite' | 'redis', readonly (readonly [step: string, times: number])[]>> = {
  sqlite: [
    ['commit before', 9],
    ['commit after', 10],
    ['answer /v1/backups before', 1],
    ['upgrade before', 1],
    ['upgrade after', 1],
  ],
  redis: [
    ['redis before', 20],
    ['redis after', 30],
  ],
};

/** Those after which a program is also started again at once, and not only when the brief command of the round has expired. */
const alsoAtOnce = new Set([
  'datasync journal.jsonl after',
  'send /v1/bridge/results before',
  'commit after',
  'redis after',
]);

async function killAll(kind: RelayKind, victim: Victim, table: (typeof steps)[Victim]): Promise<void> {
  await using world = await openKillWorld(kind);
  for (const [step, times] of table)
    for (const isLate of alsoAtOnce.has(step) ? [false, true] : [true])
      assert.ok(await world.killAt(victim, step, times, isLate), `the ${victim} did not come to: ${step}`);
}

test('programs that are killed at a step, and come back when a command has expired', {
  concurrency: true,
}, async (t) => {
  await Promise.all([
    t.test('a bridge shows every file, does each command once, and none that has expired (C5)', async () => {
      await killAll('sqlite', 'bridge', steps.bridge);
    }),
    t.test(
      'a relay on SQLite has all that it acknowledged, no command ends unknown, and what has expired does not run (C5)',
      async () => {
        await killAll('sqlite', 'api', [...steps.api, ...commits.sqlite]);
      },
    ),
    t.test('a relay on Redis does so too', { skip: needs('redis-server') }, async () => {
      await killAll('redis', 'api', [...steps.api.slice(1, 3), ...commits.redis]);
    }),
  ]);
});
