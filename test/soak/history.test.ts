/** The short form of `npm run soak -- --history`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHistory } from './history-run.ts';

test('writers and readers of two machines in bad weather, bridges and relay killed meanwhile: no last state is lost, no event comes twice or out of order, everybody reads what anybody knew, and no program runs twice', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const { troubles, counts, kills } = await runHistory({ seed, relay: 'sqlite', ms: 8000, log: t.diagnostic.bind(t) });
  t.diagnostic(JSON.stringify({ counts, kills }));
  assert.deepEqual(troubles, []);
  for (const [name, count] of Object.entries(kills)) assert.ok(count > 0, name);
});
