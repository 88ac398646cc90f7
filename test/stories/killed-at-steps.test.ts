/** A bridge and a relay that are killed at a step of their own: before and after what is flushed, renamed, committed, answered. `npm run soak -- --steps` does so at all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKillWorld, type Victim } from '../kit/killed-at.ts';
import { needs } from '../kit/parts.ts';
import type { RelayKind } from '../kit/relay-processes.ts';

type Row = readonly [step: string, times: number];

/** Each with how often it comes before it counts: what comes at the start too is met in the round. */
const inJournal: readonly Row[] = [
  ['appendFile journal.jsonl before', 4],
  ['appendFile journal.jsonl after', 6],
  ['datasync journal.jsonl before', 2],
  ['datasync journal.jsonl after', 3],
];
const onDisk: readonly Row[] = [
  ['link temporary.claim temporary.lock after', 3],
  ['sync temporary.new after', 2],
  ['rename temporary.new LOG.md before', 1],
  ['rename temporary.new LOG.md after', 1],
  ['link temporary.new NOTE.md after', 1],
  ['link temporary.new BRIEF.md before', 1],
  ['link temporary.new BRIEF.md after', 1],
];
const sent: readonly Row[] = [
  ['send /v1/bridge/results before', 1],
  ['send /v1/bridge/results after', 1],
  ['send /v1/bridge/poll after', 2],
  ['send /v1/bridge/ingest before', 2],
  ['send /v1/bridge/ingest after', 1],
];
const answered: readonly Row[] = [
  ['answer /v1/machines/ID/commands before', 1],
  ['answer /v1/machines/ID/commands after', 1],
  ['answer /v1/bridge/poll before', 1],
  ['answer /v1/bridge/poll after', 1],
  ['answer /v1/bridge/ingest after', 1],
  ['answer /v1/bridge/results before', 1],
  ['answer /v1/bridge/results after', 1],
];
const onSqlite: readonly Row[] = [
  ['commit before', 9],
  ['commit after', 10],
  ['make backup.sqlite after', 1],
  ['answer /v1/backups before', 1],
  ['answer /v1/backups after', 1],
  ['upgrade before', 1],
  ['upgrade after', 1],
];
const onRedis: readonly Row[] = [
  ['redis before', 20],
  ['redis after', 30],
];

/** Those after which a program is also started again at once, and not only when the brief command of the round has expired. */
const alsoAtOnce = new Set([
  'datasync journal.jsonl after',
  'send /v1/bridge/results before',
  'commit after',
  'redis after',
]);

/** Those that are met with a relay on Redis too. */
const onRedisToo = new Set([
  'datasync journal.jsonl before',
  'rename temporary.new LOG.md after',
  'link temporary.new BRIEF.md after',
  'send /v1/bridge/results before',
  'send /v1/bridge/results after',
  'send /v1/bridge/poll after',
  'send /v1/bridge/ingest after',
  'answer /v1/machines/ID/commands after',
  'answer /v1/bridge/poll before',
  'answer /v1/bridge/poll after',
  'answer /v1/bridge/results before',
  'answer /v1/bridge/results after',
]);
const isForRedisToo = ([step]: Row) => onRedisToo.has(step);

async function killAll(kind: RelayKind, victim: Victim, table: readonly Row[]): Promise<void> {
  await using world = await openKillWorld(kind);
  for (const [step, times] of table)
    for (const isLate of alsoAtOnce.has(step) ? [false, true] : [true])
      assert.ok(await world.killAt(victim, step, times, isLate), `the ${victim} did not come to: ${step}`);
}

const worlds: readonly (readonly [story: string, kind: RelayKind, victim: Victim, table: readonly Row[]])[] = [
  [
    'a bridge does each command once, and none that has expired, and tells it once (C5)',
    'sqlite',
    'bridge',
    [...inJournal, ...sent.slice(0, 3)],
  ],
  [
    'a bridge leaves whole files and nothing of its own beside them, and shows each',
    'sqlite',
    'bridge',
    [...onDisk, ...sent.slice(3)],
  ],
  [
    'a bridge of a relay on Redis does so too',
    'redis',
    'bridge',
    [...inJournal, ...onDisk, ...sent].filter(isForRedisToo),
  ],
  [
    'of what a relay on SQLite has answered nothing is lost, and what has expired does not run (C5)',
    'sqlite',
    'api',
    answered,
  ],
  [
    'a relay on SQLite has all that it committed, also where a backup or an upgrade is cut short',
    'sqlite',
    'api',
    onSqlite,
  ],
  [
    'a relay on Redis has all that it acknowledged, and no command ends unknown',
    'redis',
    'api',
    [...answered.filter(isForRedisToo), ...onRedis],
  ],
];

test('programs that are killed at a step, and come back when a command has expired', {
  concurrency: true,
}, async (t) => {
  await Promise.all(
    worlds.map(([story, kind, victim, table]) =>
      t.test(story, { skip: kind === 'redis' && needs('redis-server') }, () => killAll(kind, victim, table)),
    ),
  );
});
