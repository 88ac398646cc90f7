/** Records: what is no file. A person's own are on all their devices and seen by nobody else, the organisation's are shared, a machine's are what its bridge tells. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { FeedSnapshot } from '#contract/feed.ts';
import { limits } from '#contract/limits.ts';
import { type RecordItem, type RecordTold, recordRevText } from '#contract/record.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { connectRequest, openBridgeCalls, testProject } from '../../kit/bridge-calls.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const view = {
  kind: 'view',
  title: 'Mine to do',
  state: 'saved',
  meta: { place: 'specs', query: { status: 'planned' } },
};

/** Somebody who was invited, and asks as themselves. */
async function join({ ask, url }: TestApi, name: string, role: string) {
  const link = await ask<{ url: string }>('POST', '/v1/invitations', { body: { name, role } });
  const origin = { origin: url, 'sec-fetch-site': 'same-origin' };
  const token = link.json.url.split('/').at(-1);
  const held: Session = sessionOf(await ask('POST', '/v1/sessions', { key: null, headers: origin, body: { token } }));
  return async <Body = RecordItem>(method: string, path: string, body?: object) =>
    await ask<Body>(method, path, { key: null, headers: { ...origin, ...held }, ...(body && { body }) });
}

const itemsIn = ({ items }: FeedSnapshot, sort: string) => items.filter(({ item }) => item === sort);

test('a saved view is made, changed and removed by curl, told in the own feed, and seen by nobody else (R1)', async () => {
  await using api = await openApi();
  const { ask } = api;
  const grace = await join(api, 'Grace', 'member');
  const from = (await ask<{ offsets: Record<string, string> }>('GET', '/v1/feeds/p/events?offset=now')).json.offsets.p;
  const made = await ask<RecordItem>('POST', '/v1/records', { body: { id: 'view-one', ...view } });
  assert.equal(made.status, 201);
  assert.deepEqual([made.json.title, made.json.meta, 'person' in made.json.owner], [view.title, view.meta, true]);
  assert.equal(made.json.rev, sha256(recordRevText({ id: 'view-one', ...view })));
  // The same again is the same; something else under its id is not.
  assert.equal(
    (await ask<RecordItem>('POST', '/v1/records', { body: { id: 'view-one', ...view } })).json.rev,
    made.json.rev,
  );
  const other = await ask('POST', '/v1/records', { body: { id: 'view-one', ...view, title: 'Other' } });
  assert.deepEqual([other.status, other.json.code], [422, 'id-reused']);

  const changed = await ask<RecordItem>('PATCH', '/v1/records/view-one', {
    body: { title: 'Later', ifRev: made.json.rev },
  });
  assert.deepEqual([changed.json.title, changed.json.meta], ['Later', view.meta]);
  const stale = await ask('PATCH', '/v1/records/view-one', { body: { title: 'Lost', ifRev: made.json.rev } });
  assert.deepEqual([stale.status, stale.json.code, stale.json.currentRev], [412, 'record-changed', changed.json.rev]);

  const listed = await ask<{ items: RecordItem[] }>('GET', '/v1/records?kind=view&state=saved&meta.place=specs');
  const { p: _, ...record } = changed.json as RecordItem & { readonly p: string };
  assert.deepEqual(listed.json.items, [record]);
  assert.deepEqual((await ask<{ items: RecordItem[] }>('GET', '/v1/records?meta.place=other')).json.items, []);
  const snapshot = await ask<FeedSnapshot>('GET', '/v1/feeds/p/snapshot');
  assert.deepEqual(
    itemsIn(snapshot.json, 'record').map(({ value }) => value),
    [record],
  );

  assert.equal((await grace('GET', '/v1/records/view-one')).status, 404);
  assert.deepEqual((await grace<{ items: unknown[] }>('GET', '/v1/records')).json.items, []);
  assert.deepEqual((await grace<FeedSnapshot>('GET', '/v1/feeds/p/snapshot')).json.items, []);

  assert.equal((await ask('DELETE', '/v1/records/view-one')).status, 200);
  assert.equal((await ask('GET', '/v1/records/view-one')).status, 404);
  const told = await ask<{ events: { data: { op: string; key: string }[] }[] }>(
    'GET',
    `/v1/feeds/p/events?offset=${from}`,
  );
  assert.deepEqual(
    told.json.events.flatMap(({ data }) => data.map(({ op, key }) => `${op} ${key}`)),
    ['put view-one', 'put view-one', 'delete view-one'],
  );
});

test('a view that is shared is the organisation’s: members change it, viewers read it, and the audit says who did (R1)', async () => {
  await using api = await openApi();
  const [grace, vera] = [await join(api, 'Grace', 'member'), await join(api, 'Vera', 'viewer')];
  const shared = { id: 'view-shared', owner: 'organisation', ...view };
  const refused = await vera<{ code: string }>('POST', '/v1/records', shared);
  assert.deepEqual([refused.status, refused.json.code], [403, 'forbidden']);
  assert.equal((await grace('POST', '/v1/records', shared)).status, 201);
  assert.equal((await vera('GET', '/v1/records/view-shared')).json.by?.name, 'Grace');
  assert.equal((await vera('DELETE', '/v1/records/view-shared')).status, 403);
  const snapshot = await vera<FeedSnapshot>('GET', '/v1/feeds/o/snapshot');
  assert.deepEqual(
    itemsIn(snapshot.json, 'record').map(({ key }) => key),
    ['view-shared'],
  );
  assert.equal((await api.ask('PATCH', '/v1/records/view-shared', { body: { title: 'Ours' } })).status, 200);
  const { items } = (await api.ask<{ items: { action: string; by: { name: string } }[] }>('GET', '/v1/audit')).json;
  const acts = items.filter(({ action }) => action.startsWith('record-')).map(({ action }) => action);
  assert.deepEqual(acts, ['record-changed', 'record-made']);
});

test('what a record may not say is refused with the field, and nothing is kept (R2)', async () => {
  await using api = await openApi();
  const codeOf = async (body: object) => {
    const { status, json } = await api.ask('POST', '/v1/records', { body });
    return [status, json.code, json.pointer];
  };
  assert.deepEqual(await codeOf({ ...view, kind: 'nonsense' }), [400, 'body-invalid', '/kind']);
  assert.deepEqual(await codeOf({ ...view, state: 'nonsense' }), [400, 'body-invalid', '/state']);
  assert.deepEqual(await codeOf({ ...view, meta: { place: 7 } }), [400, 'body-invalid', '/meta/place']);
  const large = {
    place: 'specs',
    query: Object.fromEntries([...'abcdefghijklmnopqrstuvwxyz'].map((q) => [q, 'x'.repeat(199)])),
  };
  assert.deepEqual(await codeOf({ ...view, meta: large }), [400, 'body-invalid', '/meta']);
  const mark = { kind: 'mark', state: 'dismissed', meta: { notice: 'x' } };
  assert.deepEqual(await codeOf({ ...mark, owner: 'organisation' }), [400, 'body-invalid', '/owner']);
  assert.deepEqual((await api.ask<{ items: unknown[] }>('GET', '/v1/records')).json.items, []);
});

test('a machine tells its records: a kind of another release is carried, and shown to those who may run things there (R3, R4)', async () => {
  await using api = await openApi();
  const bridge = await openBridgeCalls(api);
  const viewer = (await api.keyWith('read')).key;
  const terminal: RecordTold = {
    id: 'terminal-1',
    kind: 'gadget',
    project: testProject,
    title: 'zsh',
    state: 'running',
    meta: { rows: 40 },
  };
  let seq = 0;
  const tell = async (...ops: object[]) => {
    const line = JSON.stringify(ops);
    seq += 1;
    const envelope = { epoch: bridge.epoch, seq, digest: sha256(line), manifestDigest: '0'.repeat(64) };
    const headers = { 'content-type': 'application/x-ndjson' };
    const raw = `${JSON.stringify(envelope)}\n${line}\n`;
    const answer = await api.ask('POST', '/v1/bridge/ingest', { key: bridge.key, headers, raw });
    if (answer.status !== 200) seq -= 1;
    return answer;
  };
  assert.equal((await tell({ op: 'record-put', record: terminal })).status, 200);
  const listed = await api.ask<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=gadget&meta.rows=40');
  const [found] = listed.json.items;
  assert.deepEqual(
    [found?.id, found?.owner, found?.rev],
    ['terminal-1', { machine: bridge.machine }, sha256(recordRevText(terminal))],
  );
  assert.equal((await api.ask<RecordItem>('GET', '/v1/machines/laptop/records/terminal-1')).json.title, 'zsh');

  // A key that reads hears nothing of it, in no list, no snapshot and no event.
  const asViewer = async <Body>(path: string) => (await api.ask<Body>('GET', path, { key: viewer })).json;
  assert.deepEqual((await asViewer<{ items: unknown[] }>('/v1/machines/laptop/records')).items, []);
  const feed = `/v1/feeds/m.${bridge.machine}`;
  const has = async (path: string, key?: string) =>
    JSON.stringify((await api.ask('GET', path, key === undefined ? {} : { key })).json).includes('terminal-1');
  assert.deepEqual([await has(`${feed}/snapshot`), await has(`${feed}/snapshot`, viewer)], [true, false]);
  assert.deepEqual(
    [await has(`${feed}/events?offset=-1`), await has(`${feed}/events?offset=-1`, viewer)],
    [true, false],
  );

  // A key that reads changes nothing, not even what is its person's own.
  const kept = await api.ask('POST', '/v1/records', { key: viewer, body: view });
  assert.deepEqual([kept.status, kept.json.code], [403, 'forbidden']);

  // What a bridge may not tell is refused with the place.
  const own = await tell({ op: 'record-put', record: { ...terminal, id: 'mark-one', kind: 'mark' } });
  assert.deepEqual([own.status, own.json.pointer], [400, '/0/record/kind']);
  const strange = await tell({ op: 'record-put', record: { ...terminal, project: 'project-none' } });
  assert.deepEqual([strange.status, strange.json.pointer], [404, '/0/record/project']);

  // With the next connect the relay drops what the machine does not name, and wants what it lacks.
  const run = { ...terminal, id: 'run-number-1', kind: 'run' };
  assert.equal((await tell({ op: 'record-put', record: run })).status, 200);
  const records = { 'run-number-1': sha256(recordRevText(run)), 'run-number-2': '1'.repeat(64) };
  const connected = await api.ask('POST', '/v1/bridge/connect', {
    key: bridge.key,
    body: { ...connectRequest('laptop'), records },
  });
  assert.deepEqual(connected.json.wantRecords, ['run-number-2']);
  const left = await api.ask<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records');
  assert.deepEqual(
    left.json.items.map(({ id }) => id),
    ['run-number-1'],
  );
});

test('a record that any list names is read by its own address, whosever it is; to a key that may not read its kind it is not there (R5)', async () => {
  await using api = await openApi();
  const [laptop, tower] = [await openBridgeCalls(api), await openBridgeCalls(api, 'tower')];
  const viewer = (await api.keyWith('read')).key;
  const told = { project: testProject, title: 'zsh', state: 'running', meta: { argv: ['zsh'] } };
  await laptop.tell({ ...told, id: 'terminal-1', kind: 'terminal' });
  await tower.tell({ ...told, id: 'run-number-1', kind: 'run' });
  await tower.tell({ ...told, id: 'decision-1', kind: 'decision' });
  await tower.tell({ ...told, id: 'gadget-1', kind: 'gadget' });
  await api.ask('POST', '/v1/records', { body: { id: 'view-one', ...view } });
  const lists = ['/v1/machines/laptop/records', '/v1/machines/tower/records', '/v1/records'];
  const all = await Promise.all(lists.map((path) => api.ask<{ items: RecordItem[] }>('GET', path)));
  const items = all.flatMap(({ json }) => json.items);
  assert.equal(items.length, 5);
  for (const item of items) {
    const { p: _, ...read } = (await api.ask<RecordItem & { readonly p: string }>('GET', `/v1/records/${item.id}`))
      .json;
    assert.deepEqual(read, item);
  }
  const absent = await api.ask('GET', '/v1/records/none-such-1', { key: viewer });
  const codes = async (id: string) => {
    const { status, json } = await api.ask('GET', `/v1/records/${id}`, { key: viewer });
    return { status, json: { ...json, request: '', instance: '' } };
  };
  const asAbsent = { status: 404, json: { ...absent.json, request: '', instance: '' } };
  for (const id of ['terminal-1', 'run-number-1', 'gadget-1']) assert.deepEqual(await codes(id), asAbsent);
  assert.equal((await codes('decision-1')).status, 200);

  // A machine that tells an id of another takes nobody's place.
  await tower.tell({ ...told, id: 'terminal-1', kind: 'terminal', title: 'other' });
  const both = await api.ask<{ code: string; machines: string[] }>('GET', '/v1/records/terminal-1');
  assert.deepEqual([both.status, both.json.code], [409, 'record-ambiguous']);
  assert.deepEqual(both.json.machines.toSorted(), [laptop.machine, tower.machine].toSorted());
  assert.deepEqual(await codes('terminal-1'), asAbsent);
});

test('where a machine has as many records as it may, the oldest leave (R4)', async () => {
  await using api = await openApi();
  const bridge = await openBridgeCalls(api);
  const record = (n: number) => ({
    op: 'record-put',
    record: { id: `run-number-${String(n).padStart(4, '0')}`, kind: 'run', title: '', state: 'ended', meta: {} },
  });
  const count = limits.recordsPerMachineMax;
  for (const [at, numbers] of [[...Array(count).keys()], [count, count + 1]].entries()) {
    const line = JSON.stringify(numbers.map(record));
    const envelope = { epoch: bridge.epoch, seq: at + 1, digest: sha256(line), manifestDigest: '0'.repeat(64) };
    const headers = { 'content-type': 'application/x-ndjson' };
    const raw = `${JSON.stringify(envelope)}\n${line}\n`;
    assert.equal((await api.ask('POST', '/v1/bridge/ingest', { key: bridge.key, headers, raw })).status, 200);
  }
  const { items } = (await api.ask<{ items: RecordItem[] }>('GET', `/v1/machines/laptop/records?limit=${count}`)).json;
  assert.equal(items.length, count);
  assert.equal(items.at(-1)?.id, `run-number-${String(count + 1).padStart(4, '0')}`);
});
