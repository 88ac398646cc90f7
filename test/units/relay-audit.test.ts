/** The audit log as it grows old: what is trimmed leaves an anchor, and the rest still holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Act, verifyAudit } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { commitRecorded, sha256 } from '../../api/audit/log.ts';
import { trimAudit } from '../../api/audit/retention.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import { openStore } from '../../api/store/open.ts';
import { ada, organisation } from '../kit/relay.ts';

const act: Act = { action: 'key-made', result: 'done', by: ada };

async function openLog() {
  const clock = { now: Date.UTC(2026, 10, 20) };
  const store = await openStore('sqlite::memory:', { now: () => clock.now });
  const shard = `o:${organisation}`;
  const relay = createRelay({ store });
  return {
    clock,
    ruin: () => store.commit(shard, { append: [{ log: 'audit', value: 'no JSON' }] }),
    enter: (count: number, of = act) => commitRecorded(store, shard, {}, Array<Act>(count).fill(of)),
    find: async (action: string) => (await relay.audit.list(organisation, { action }, { limit: 5 })).items,
    trim: () => trimAudit(store, shard),
    lines: async () => await Array.fromAsync(relay.audit.export(organisation)),
    list: async () => (await relay.audit.list(organisation, {}, { limit: 500 })).items,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test('what is older than is kept goes, an anchor says up to where, and the rest holds', async () => {
  await using log = await openLog();
  await log.enter(300);
  log.clock.now += limits.auditKeptMs + 2 * 3600_000;
  await log.enter(5);
  await log.trim();
  const lines = await log.lines();
  assert.deepEqual(JSON.parse(lines[0] ?? '').anchor.seq, 300);
  const checked = verifyAudit(lines, sha256);
  assert.deepEqual(checked, { holds: true, entries: 5, logs: ['organisation'], unproven: [] });
  assert.equal(
    verifyAudit(lines.slice(1), sha256).holds,
    false,
    'without its anchor it shows that something is missing',
  );
});

test('a log that is trimmed while entries come still holds, whatever is left in the store', async () => {
  await using log = await openLog();
  for (let day = 0; day < 10; day++) {
    await log.enter(30);
    log.clock.now += limits.auditKeptMs / 5;
    await log.trim();
    assert.equal(verifyAudit(await log.lines(), sha256).holds, true, `on day ${day}`);
  }
  assert.ok((await log.list()).length < 300);
});

test('a clock that is set back leaves the entries in their order', async () => {
  await using log = await openLog();
  await log.enter(1);
  log.clock.now -= 3600_000;
  await log.enter(1);
  const [second, first] = (await log.list()).map((line) => JSON.parse(line));
  assert.deepEqual([first.seq, second.seq, second.at], [1, 2, first.at]);
});

test('whoever makes sign-in links or sends commands without end washes no new key out of the audit', async () => {
  await using log = await openLog();
  await log.enter(1);
  const noise: Act = { action: 'sign-in-link-made', result: 'done', by: ada, about: { person: ada.person } };
  for (let entered = 0; entered < limits.auditEntriesMax + 2000; entered += 1000) await log.enter(1000, noise);
  await log.trim();
  const lines = await log.lines();
  const told = lines.filter((line) => line.includes('"action":"key-made"'));
  assert.equal(told.length, 1);
  assert.deepEqual(await log.find('key-made'), told);
  assert.ok(lines.length <= limits.auditEntriesMax + 5, `${lines.length} lines`);
  const checked = verifyAudit(lines, sha256);
  assert.ok(checked.holds && checked.unproven.length === 0);
  assert.deepEqual(checked.logs, ['organisation', 'organisation/activity']);
});

test('an entry that cannot be read stops neither list, export nor trimming, and the check of the export finds it', async () => {
  await using log = await openLog();
  await log.enter(20);
  await log.ruin();
  await log.enter(20);
  assert.equal((await log.list()).length, 40);
  const lines = await log.lines();
  assert.equal(lines.filter((line) => line === 'no JSON').length, 1);
  assert.deepEqual(verifyAudit(lines, sha256), { holds: false, line: 21, why: 'this is no entry of an audit log' });
  log.clock.now += limits.auditKeptMs + 2 * 3600_000;
  await log.trim();
  assert.deepEqual(await log.list(), []);
});
