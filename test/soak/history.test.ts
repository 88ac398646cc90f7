/** The short form of `npm run soak -- --history`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHistory } from './history-run.ts';

test('writers and readers of two machines in bad weather: no last state is lost, no event comes twice or out of order, and everybody reads what was acknowledged', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const { troubles, counts } = await runHistory({ seed, ms: 5000, log: t.diagnostic.bind(t) });
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(troubles, []);
  assert.ok(counts.written > 10 && counts.told > 10 && counts.read > 3, JSON.stringify(counts));
});
