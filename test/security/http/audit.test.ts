/** The audit: every act is entered by the commit that does it, found again by filters, and nobody changes it unseen. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type AuditEntry, verifyAudit } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { anyRev, openBridgeCalls } from '../../kit/bridge-calls.ts';

let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const audit = async (query = '') =>
  (await world.ask<{ items: AuditEntry[]; next?: string }>('GET', `/v1/audit${query}`)).json;
const exported = async () => {
  const response = await fetch(`${world.url}/v1/audit/export`, {
    headers: { authorization: `Bearer ${world.ownerKey}` },
  });
  assert.equal(response.headers.get('content-type'), 'application/jsonl');
  return (await response.text()).trimEnd().split('\n');
};

test('a machine that is made, renamed and removed, and its key, are told with who did it', async () => {
  const machine = await world.ask<{ machine: { id: string } }>('POST', '/v1/machines', { body: { name: 'laptop' } });
  const { id } = machine.json.machine;
  await world.ask('PATCH', `/v1/machines/${id}`, { body: { name: 'desk' } });
  await world.ask('DELETE', `/v1/machines/${id}`);
  const { items } = await audit(`?machine=${id}`);
  assert.deepEqual(
    items.map(({ action, result }) => `${action} ${result}`),
    ['machine-removed done', 'machine-renamed done', 'key-made done', 'machine-made done'],
  );
  for (const { by } of items) assert.equal(by.via, 'key');
  assert.deepEqual(items[1]?.about, { from: 'laptop', name: 'desk' });
});

test('a command is told when it is sent and when it has ended, with its result', async () => {
  const bridge = await openBridgeCalls(world, 'of-commands');
  const id = bridge.machine;
  const sent = await world.ask<{ id: string }>('POST', `/v1/machines/${id}/commands`, {
    body: { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev },
  });
  const [command] = (await bridge.poll()).json.commands;
  assert.ok(command);
  await bridge.settle(command, 'refused', { problem: { code: 'policy-refused', title: 'no' } });
  const { items } = await audit(`?machine=${id}&result=refused&kind=spec-archive`);
  assert.deepEqual(
    items.map(({ action, by, about }) => [action, by.via, about?.command, about?.kind, about?.spec]),
    [['command-ended', 'machine', sent.json.id, 'spec-archive', 'a']],
  );
});

test('pages go from the newest to the oldest over all logs, each entry once, and filters narrow them', async () => {
  for (let count = 0; count < 12; count++) await world.api.createMachine(`m${count}`);
  const seen: AuditEntry[] = [];
  let path: string | undefined = '?limit=7';
  while (path !== undefined) {
    const page: { items: AuditEntry[]; next?: string } = await audit(path);
    seen.push(...page.items);
    path = page.next?.replace('/v1/audit', '');
  }
  const names = seen.map(({ log, seq }) => `${log} ${seq}`);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    seen.map(({ at }) => at),
    seen
      .map(({ at }) => at)
      .toSorted()
      .reverse(),
  );
  const lines = (await exported()).filter((line) => 'seq' in JSON.parse(line));
  assert.equal(seen.length, lines.length);
  const { person } = (await world.ask<{ person: { id: string } }>('GET', '/v1/me')).json as unknown as {
    person: { id: string };
  };
  const own = await audit(`?person=${person.id}&action=machine-made`);
  assert.ok(own.items.length > 0 && own.items.every(({ by }) => by.person === person.id));
  const later = await audit(`?from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`);
  assert.deepEqual(later.items, []);
  assert.equal((await world.ask('GET', '/v1/audit?from=yesterday')).status, 400);
});

test('an export holds as it is, and names the first entry that was changed, taken out or put elsewhere (I7)', async () => {
  const lines = await exported();
  const whole = verifyAudit(lines, sha256);
  assert.ok(whole.holds && whole.entries > 20 && whole.logs.includes('organisation'), JSON.stringify(whole));
  const at = lines.findIndex((line) => line.includes('"seq":5,'));
  const changed = lines.with(at, (lines[at] ?? '').replace('"result":"done"', '"result":"refused"'));
  const failed = verifyAudit(changed, sha256);
  assert.deepEqual([failed.holds, !failed.holds && failed.line, !failed.holds && failed.seq], [false, at + 1, 5]);
  const without = verifyAudit(lines.toSpliced(at, 1), sha256);
  assert.match(String(!without.holds && without.why), /entry 5 is missing/);
  const cut = lines.filter((line) => !line.includes('"seq":5,') || !line.includes('"log":"organisation"'));
  assert.equal(verifyAudit(cut, sha256).holds, false);
  const last = lines.findLastIndex(
    (line) => line.includes('"log":"organisation"') && line.includes('"seq"') && line.includes('action'),
  );
  const short = verifyAudit(lines.toSpliced(last, 1), sha256);
  assert.match(String(!short.holds && short.why), /missing at the end/);
});

test('a removed machine leaves its logs to the organisation', async () => {
  const { machine: id } = await openBridgeCalls(world, 'leaving');
  await world.ask('PATCH', `/v1/machines/${id}`, { body: { name: 'gone' } });
  await world.ask('POST', `/v1/machines/${id}/commands`, {
    body: { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev },
  });
  await world.ask('DELETE', `/v1/machines/${id}`);
  const { items } = await audit(`?machine=${id}`);
  assert.ok(items.some(({ action, log }) => action === 'command-sent' && log === `${id}/activity`));
  assert.ok(items.some(({ action, log }) => action === 'machine-renamed' && log === id));
  const checked = verifyAudit(await exported(), sha256);
  assert.ok(checked.holds, JSON.stringify(checked));
  assert.ok(checked.logs.includes(id) && checked.logs.includes(`${id}/activity`), JSON.stringify(checked));
});

test('a hundred acts at once are a hundred entries of one chain', async () => {
  const { machine: id } = await openBridgeCalls(world, 'busy');
  const body = { kind: 'spec-archive', args: { project: 'p', spec: 'a' }, ifRev: anyRev };
  const sent = await Promise.all(
    Array.from({ length: 100 }, () => world.ask('POST', `/v1/machines/${id}/commands`, { body })),
  );
  assert.ok(sent.every(({ status }) => status === 202));
  const { items } = await audit(`?machine=${id}&action=command-sent&limit=200`);
  assert.equal(items.length, 100);
  assert.ok(verifyAudit(await exported(), sha256).holds);
});

test('only an admin reads it', async () => {
  const { key } = await world.keyWith('execute');
  for (const path of ['/v1/audit', '/v1/audit/export'])
    assert.equal((await world.ask('GET', path, { key })).status, 403);
  assert.ok(limits.auditKeptMs > limits.commandKeptMs);
});
