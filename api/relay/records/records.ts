/** Records as people read them, and make, change and remove their own and the organisation's. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordChange, RecordCreate, RecordItem, RecordOwner, RecordTold } from '#contract/record.ts';
import { recordKind } from '#contract/records/index.ts';
import { metaBytesOf, type RecordKind } from '#contract/records/record-kind.ts';
import { holds } from '#contract/scopes.ts';
import { withRecord } from '../../audit/log.ts';
import { decodeAfter, encodeAfter } from '../../store/page.ts';
import { machineShard, organisationShard, personShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { hasMeta } from '../documents/filter.ts';
import { itemText } from '../feeds/blocks.ts';
import { upkeepDue } from '../feeds/retention.ts';
import { listMachineIds } from '../machines/machines.ts';
import type { FeedCaller, Machines, Page, PageRequest, RecordCaller, RecordFilter, Records } from '../relay.ts';
import { EVENTS } from '../rows.ts';
import { partsOf } from './record-ops.ts';
import { leaving, RECORD_ITEM, recordRows, revOfRecord, scopeToRead, toRecord } from './record-row.ts';

/** Builds the people's side of records. */
export function createRecords(store: Store, machines: Machines): Records {
  const shardOf = async ({ organisation }: FeedCaller, machine: string) =>
    machineShard(await machines.resolve(organisation, machine));
  return {
    ofMachine: async (caller, machine, filter, page) =>
      await listRecords(store, [await shardOf(caller, machine)], caller, filter, page),
    oneOfMachine: async (caller, machine, id) =>
      (await find(store, [await shardOf(caller, machine)], caller, id)).record,
    list: async (caller, filter, page) =>
      await listRecords(store, shardsOf(caller, filter.owner), caller, filter, page),
    get: (caller, id) => readAnywhere(store, caller, id),
    create: (caller, request) => create(store, caller, request),
    change: (caller, id, change) => changeRecord(store, caller, id, change),
    remove: (caller, id) => remove(store, caller, id),
    items: async (shard, caller) => {
      const all = await readRecords(store, shard);
      return [...all.values()]
        .filter((record) => holds(caller.scope, scopeToRead(record)))
        .map((record) => itemText(RECORD_ITEM, record.id, JSON.stringify(record)));
    },
  };
}

/** The shards of those records that are no machine's: the caller's own first. */
function shardsOf({ organisation, person }: FeedCaller, owner?: RecordFilter['owner']): readonly string[] {
  return [
    ...(owner === 'organisation' ? [] : [personShard(organisation, person)]),
    ...(owner === 'person' ? [] : [organisationShard(organisation)]),
  ];
}

/** All records of a shard by id, in its order; an owner has some hundreds at most. */
export async function readRecords(store: Store, shard: string): Promise<ReadonlyMap<string, RecordItem>> {
  const all = new Map<string, RecordItem>();
  for await (const { key, value } of recordRows.each(store, shard)) all.set(key, value);
  return all;
}

async function listRecords(
  store: Store,
  shards: readonly string[],
  { scope }: FeedCaller,
  filter: RecordFilter,
  { limit, after }: PageRequest,
): Promise<Page<RecordItem>> {
  const [fromShard = '', fromId = ''] = decodeAfter(after)?.split('\n') ?? [];
  const items: RecordItem[] = [];
  for (const shard of shards.slice(Math.max(0, shards.indexOf(fromShard)))) {
    for (const record of (await readRecords(store, shard)).values()) {
      if (shard === fromShard && record.id <= fromId) continue;
      if (!holds(scope, scopeToRead(record)) || !matches(record, filter)) continue;
      items.push(record);
      if (items.length === limit) return { items, next: encodeAfter(`${shard}\n${record.id}`) };
    }
  }
  return { items };
}

function matches(record: RecordItem, { kind, state, project, meta = {} }: RecordFilter): boolean {
  if (kind !== undefined && record.kind !== kind) return false;
  if (state !== undefined && record.state !== state) return false;
  return (project === undefined || record.project === project) && hasMeta(record.meta, meta);
}

interface Found {
  readonly shard: string;
  readonly record: RecordItem;
  readonly version: number;
}

/** One that may not be read is as if it were not there. Throws `record-unknown`. */
async function find(store: Store, shards: readonly string[], caller: FeedCaller, id: string): Promise<Found> {
  for (const shard of shards) {
    const found = await findIn(store, shard, caller, id);
    if (found !== undefined) return found;
  }
  throw new Problem('record-unknown');
}

async function findIn(store: Store, shard: string, { scope }: FeedCaller, id: string): Promise<Found | undefined> {
  const row = await recordRows.get(store, shard, id);
  if (row === undefined) return undefined;
  const { value: record, version } = row;
  return holds(scope, scopeToRead(record)) ? { shard, record, version } : undefined;
}

/** The caller's own, the organisation's, or one that a machine has told. Throws `record-unknown`, `record-ambiguous` with `machines`. */
async function readAnywhere(store: Store, caller: FeedCaller, id: string): Promise<RecordItem> {
  for (const shard of shardsOf(caller)) {
    const found = await findIn(store, shard, caller, id);
    if (found !== undefined) return found.record;
  }
  const machines = await listMachineIds(store, caller.organisation);
  const all = await Promise.all(machines.map((machine) => findIn(store, machineShard(machine), caller, id)));
  const [found, ...others] = all.filter((one) => one !== undefined);
  if (found === undefined) throw new Problem('record-unknown');
  if (others.length === 0) return found.record;
  throw new Problem('record-ambiguous', undefined, { machines: machines.filter((_, at) => all[at] !== undefined) });
}

async function create(store: Store, caller: RecordCaller, request: RecordCreate): Promise<RecordItem> {
  const { kind: name, state, title, meta, id = randomBytes(12).toString('base64url') } = request;
  const kind = kindNamed(name);
  const owner = ownerOf(caller, kind, request);
  checkWriter(caller, owner, kind);
  const shard =
    'person' in owner ? personShard(caller.organisation, caller.person) : organisationShard(caller.organisation);
  const told = checked(kind, { id, kind: name, title, state, meta });
  return await untilDone(store, shard, async () => {
    const row = await recordRows.get(store, shard, id);
    const now = store.now();
    const { person, name: called } = caller;
    const record = toRecord(told, revOfRecord(told), owner, row?.value, now, { person, name: called });
    if (row !== undefined && record.rev !== row.value.rev) throw new Problem('id-reused');
    if (row !== undefined) return { result: record };
    const count = await store.count(shard, recordRows.name);
    // Where there is room in any case, the others are not read.
    const all = count < limits.recordsPerMemberMax ? new Map<string, RecordItem>() : await readRecords(store, shard);
    const after = new Map(all).set(id, record);
    makeRoom(after, record, kind);
    const written = {
      action: 'record-made',
      record,
      expect: [{ row: recordRows.at(id), version: 0 }],
    } as const;
    const commit = await commitOf(store, shard, caller, all, after, written);
    // The first one begins the upkeep of its shard, which goes on by itself.
    const due = 'person' in owner && count === 0 ? [upkeepDue(now)] : [];
    return { result: record, commit: { ...commit, due } };
  });
}

/** Throws `body-invalid`. */
function kindNamed(name: string): RecordKind {
  const kind = recordKind(name);
  if (kind !== undefined) return kind;
  throw new Problem('body-invalid', `There is no kind of record ${name} that people make.`, { pointer: '/kind' });
}

/** Anybody may keep records of their own, but not with a key that only reads. Throws `forbidden`. */
function checkWriter({ scope, by }: RecordCaller, owner: RecordOwner, kind: RecordKind): void {
  const own = by.via === 'key' ? 'write' : 'read';
  const write = 'person' in owner ? own : (kind.write ?? 'admin');
  if (holds(scope, write)) return;
  throw new Problem('forbidden', `It takes the scope ${write}; this has ${scope}.`, { scope: write });
}

function ownerOf(
  { organisation, person }: RecordCaller,
  { owners }: RecordKind,
  { owner, kind }: RecordCreate,
): RecordOwner {
  const chosen = owner ?? owners.find((one) => one !== 'machine');
  if (chosen === undefined || !owners.includes(chosen))
    throw new Problem('body-invalid', `A record of the kind ${kind} is not of this owner.`, { pointer: '/owner' });
  return chosen === 'person' ? { person } : { organisation };
}

/** What is told, held to its kind. Throws `body-invalid` with a pointer. */
function checked(kind: RecordKind, told: RecordTold): RecordTold {
  const bytesMax = metaBytesOf(kind);
  if (!kind.states.includes(told.state))
    throw new Problem('body-invalid', `The state is one of ${kind.states.join(', ')}.`, { pointer: '/state' });
  if (Buffer.byteLength(JSON.stringify(told.meta)) > bytesMax)
    throw new Problem('body-invalid', `meta of this kind has at most ${bytesMax} bytes.`, { pointer: '/meta' });
  const meta = v.safeParse(kind.meta, told.meta, { abortEarly: true });
  if (meta.success) return told;
  const [issue] = meta.issues;
  const path = (issue.path ?? []).map(({ key }) => `/${String(key)}`).join('');
  throw new Problem('body-invalid', issue.message, { pointer: `/meta${path}` });
}

/** Lets the oldest go where their kind says so. Throws `too-many-kept` where none may, or where one member has made as many of the organisation's as they may. */
function makeRoom(records: Map<string, RecordItem>, { owner, by }: RecordItem, { whenFull }: RecordKind): void {
  const all = [...records.values()];
  const share = limits.recordsPerMemberMax;
  if ('organisation' in owner && all.filter((one) => one.by?.person === by?.person).length > share)
    throw new Problem('too-many-kept', `You have made ${share} of the organisation's records, as many as you may.`, {
      limit: share,
    });
  const limit = 'person' in owner ? limits.recordsPerPersonMax : limits.recordsPerOrganisationMax;
  const over = all.length - limit;
  if (over <= 0) return;
  const old = whenFull === 'refuse' ? [] : leaving(all, over);
  if (old.length < over)
    throw new Problem('too-many-kept', `There are ${limit} records, as many as there may be.`, { limit });
  for (const { id } of old) records.delete(id);
}

async function changeRecord(
  store: Store,
  caller: RecordCaller,
  id: string,
  { ifRev, ...change }: RecordChange,
): Promise<RecordItem> {
  const { shard } = await find(store, shardsOf(caller), caller, id);
  return await untilDone(store, shard, async () => {
    const { record: before, version } = await find(store, [shard], caller, id);
    const kind = kindNamed(before.kind);
    checkWriter(caller, before.owner, kind);
    if (ifRev !== undefined && ifRev !== before.rev)
      throw new Problem('record-changed', undefined, { currentRev: before.rev });
    const { kind: name, title, state, meta } = before;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const told = checked(kind, { id, kind: name, title, state, meta, ...given });
    const record = toRecord(told, revOfRecord(told), before.owner, before, store.now());
    if (record === before) return { result: before };
    const [was, is] = [new Map([[id, before]]), new Map([[id, record]])];
    const expect = [{ row: recordRows.at(id), version }];
    const commit = await commitOf(store, shard, caller, was, is, { action: 'record-changed', record, expect });
    return { result: record, commit };
  });
}

async function remove(store: Store, caller: RecordCaller, id: string): Promise<void> {
  const { shard } = await find(store, shardsOf(caller), caller, id);
  await untilDone<void>(store, shard, async () => {
    const { record, version } = await find(store, [shard], caller, id);
    checkWriter(caller, record.owner, kindNamed(record.kind));
    const expect = [{ row: recordRows.at(id), version }];
    const written = { action: 'record-removed', record, expect } as const;
    const commit = await commitOf(store, shard, caller, new Map([[id, record]]), new Map(), written);
    return { result: undefined, commit };
  });
}

/** The commit of a change. What a person does with their own is for nobody else to read, and not recorded. */
async function commitOf(
  store: Store,
  shard: string,
  { by }: RecordCaller,
  before: ReadonlyMap<string, RecordItem>,
  after: ReadonlyMap<string, RecordItem>,
  { action, record, expect }: { action: Act['action']; record: RecordItem; expect: Commit['expect'] & object },
): Promise<Commit> {
  const { words: _, ...parts } = partsOf(before, after, store.now());
  const commit = { ...parts, expect, signal: [EVENTS] };
  if ('person' in record.owner) return commit;
  const about = { record: record.id, kind: record.kind, name: record.title };
  return await withRecord(store, shard, commit, [{ action, result: 'done', by, about }]);
}
