/** The short form of `npm run soak`: less than a minute of it, each process killed at least once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSoak } from './soak.ts';

test('a machine with 400 specs under load, storms, branch switches and kills: nothing is lost, and nothing costs more at the end', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const { troubles, kills, states, ...figures } = await runSoak({
    seed,
    relay: 'redis',
    specs: 400,
    commands: { warmUp: 120, window: 240 },
    killsMs: 10_000,
    stormsMs: 6000,
    log: t.diagnostic.bind(t),
  });
  t.diagnostic(JSON.stringify({ states, kills, storms: figures.storms, resets: figures.resets }));
  assert.deepEqual(troubles, [], JSON.stringify(figures));
  for (const [victim, count] of Object.entries(kills)) assert.ok(count > 0, victim);
});
