/** Questions to a machine: answered at once, beside everything else, on whichever process they are asked, and remembered nowhere. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';
const fileOfFirst = { kind: 'file-read', args: { project: 'shop', path: first } };

interface Told {
  readonly queries: { readonly id: string; readonly kind: string; readonly by: { readonly role: string } }[];
}

test('a question gets what the disk has now, and leaves no event, no audit entry and no command (Q1)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const feed = `/v1/feeds/m.${machine.id}/events`;
  const before = (await world.call<{ offsets: Record<string, string> }>('GET', feed)).offsets[`m.${machine.id}`];

  const asked = await world.call<{ result: { text: string }; asOf: string }>(
    'POST',
    `/v1/machines/laptop/queries`,
    fileOfFirst,
  );
  assert.equal(asked.result.text, await readFile(join(root, first), 'utf8'));
  assert.ok(Math.abs(Date.parse(asked.asOf) - Date.now()) < 60_000);
  const alias = await world.call<{ source: string; result: { text: string } }>(
    'GET',
    `/v1/machines/laptop/projects/shop/files/${first}?source=machine`,
  );
  assert.deepEqual([alias.source, alias.result.text], ['machine', asked.result.text]);
  assert.equal((await machine.ask<{ name: string }>('project-info', { project: 'shop' })).name, 'shop');

  const { events } = await world.call<{ events: unknown[] }>('GET', `${feed}?offset=${before}`);
  assert.deepEqual(events, []);
  const audit = await world.call<{ items: { action: string }[] }>('GET', '/v1/audit?machine=laptop&limit=100');
  assert.ok(audit.items.every(({ action }) => !action.startsWith('command')));
  assert.deepEqual((await world.call<{ items: unknown[] }>('GET', '/v1/machines/laptop/commands')).items, []);
  await eventually(async () => (await readFile(join(machine.data, 'audit.jsonl'), 'utf8')).includes('query-answered'));
});

test('what cannot be answered is said: a file that is not there, a command, a machine that is away (Q2)', async () => {
  await using world = await openWorld();
  const machine = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  const code = async (body: object, expected: number) =>
    (await world.call<{ code: string }>('POST', '/v1/machines/laptop/queries', body, expected)).code;
  const nowhere = { kind: 'file-read', args: { project: 'shop', path: 'specs/nowhere.md' } };
  assert.equal(await code(nowhere, 404), 'document-unknown');
  assert.equal(await code({ kind: 'spec-archive', args: {} }, 422), 'kind-unknown');
  assert.equal(await code({ kind: 'file-read', args: { project: 'shop', more: 1 } }, 422), 'args-invalid');
  await machine.bridge().end();
  assert.equal(await code(fileOfFirst, 409), 'machine-unavailable');
});

test('a question is told until the bridge takes it or answers, and one that stays without an answer ends as silent (Q3)', async () => {
  await using api = await openApi();
  const bridge = await openBridgeCalls(api);
  const body = { kind: 'project-info', args: { project: testProject } };
  const poll = async (asking: readonly string[] = []) =>
    (
      await api.ask<Told>('POST', '/v1/bridge/poll', {
        key: bridge.key,
        body: { epoch: bridge.epoch, after: 0, holding: [], asking, waitSeconds: 0 },
      })
    ).json.queries;
  const answer = async (item: object) =>
    (
      await api.ask<{ items: { outcome: string }[] }>('POST', '/v1/bridge/answers', {
        key: bridge.key,
        body: { epoch: bridge.epoch, items: [item] },
      })
    ).json.items[0]?.outcome;
  const ask = () => api.ask('POST', `/v1/machines/${bridge.machine}/queries`, { body });

  const asking = ask();
  const [told] = await eventually(async () => {
    const queries = await poll();
    return queries.length === 1 && queries;
  });
  assert.deepEqual([told?.kind, told?.by.role], ['project-info', 'owner']);
  assert.deepEqual(
    (await poll()).map(({ id }) => id),
    [told?.id],
    'an answer that was lost costs one poll',
  );
  assert.deepEqual(await poll([told?.id ?? '']), []);
  assert.equal(await answer({ id: told?.id, result: { name: 'shop' } }), 'ok');
  assert.equal(await answer({ id: told?.id, result: { name: 'again' } }), 'unknown');
  const { status, json } = await asking;
  assert.deepEqual([status, json.result], [200, { name: 'shop' }]);

  const silent = await ask();
  assert.deepEqual([silent.status, silent.json.code], [504, 'machine-silent']);
  assert.deepEqual(await poll(), []);
});

test('one person asks so much at once and no more, and the others still ask (Q4)', async () => {
  await using api = await openApi();
  const bridge = await openBridgeCalls(api);
  const body = { kind: 'project-info', args: { project: testProject } };
  const path = `/v1/machines/${bridge.machine}/queries`;
  const answers = await Promise.all(
    Array.from({ length: limits.queriesPerPersonMax + 5 }, () => api.ask('POST', path, { body })),
  );
  const codes = answers.map(({ json }) => json.code);
  assert.equal(codes.filter((code) => code === 'too-many-queries').length, 5);
  assert.equal(codes.filter((code) => code === 'machine-silent').length, limits.queriesPerPersonMax);
});
