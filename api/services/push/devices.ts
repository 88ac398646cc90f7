/** Devices that are notified: each is a push subscription of a person, and lasts as long as the session or key that made it. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import * as contract from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { type PushChange, type PushDevice, type PushRequest, QuietHours } from '#contract/push.ts';
import type { PersonCaller } from '../../identity/caller.ts';
import { checkCount } from '../../identity/room.ts';
import type { WhoseKept } from '../../kept-of-person.ts';
import { iso } from '../../relay/rows.ts';
import { organisationShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { defineTable } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';

export const PushRow = v.object({
  id: v.string(),
  person: v.string(),
  /** Read by processes of release 0.2. */
  personName: v.string(),
  name: v.string(),
  endpoint: v.string(),
  p256dh: v.string(),
  auth: v.string(),
  /** The session or key that made the subscription, and its scope then. */
  credential: v.object({ type: v.picklist(['key', 'session']), hash: v.string() }),
  scope: contract.Scope,
  topics: v.exactOptional(v.array(v.string())),
  quiet: v.exactOptional(QuietHours),
  createdAt: v.number(),
  lastSentAt: v.exactOptional(v.number()),
  problem: v.exactOptional(v.string()),
});
export type PushRow = v.InferOutput<typeof PushRow>;

/** In an organisation's shard, by id. */
const devices = defineTable('push-devices', PushRow);

export interface Devices {
  /** Those of the caller, oldest first. */
  own(whose: WhoseKept): Promise<readonly PushRow[]>;
  ids(organisation: string): Promise<readonly string[]>;
  get(organisation: string, id: string): Promise<PushRow | undefined>;
  /** Adds or renews a subscription. Throws `too-many-kept`. */
  add(caller: PersonCaller, request: PushRequest): Promise<PushRow>;
  /** One of the caller's. Throws `push-device-unknown`. */
  ownOne(caller: PersonCaller, id: string): Promise<PushRow>;
  /** Throws `push-device-unknown`. */
  change(caller: PersonCaller, id: string, change: PushChange): Promise<PushRow>;
  remove(organisation: string, id: string): Promise<void>;
  /** Notes how the last message went; nothing for a device that is gone. */
  note(organisation: string, id: string, problem: string | undefined): Promise<void>;
}

/** The devices in a store. */
export function createDevices(store: Store): Devices {
  const get = async (organisation: string, id: string) =>
    (await devices.get(store, organisationShard(organisation), id))?.value;
  const own = async ({ organisation, person }: WhoseKept) => {
    const found = (await allOf(store, organisation)).filter((device) => device.person === person);
    return found.sort((a, b) => a.createdAt - b.createdAt);
  };
  const ownOne = async (caller: PersonCaller, id: string) => {
    const found = await get(caller.organisation, id);
    if (found?.person !== caller.person) throw new Problem('push-device-unknown');
    return found;
  };
  return {
    own,
    get,
    ownOne,
    ids: async (organisation) => (await allOf(store, organisation)).map(({ id }) => id),
    add: async (caller, request) => await addDevice(store, caller, request, await own(caller)),
    change: async (caller, id, change) => {
      await ownOne(caller, id);
      return await changeRow(store, caller.organisation, id, (before) => chosen(before, change));
    },
    remove: async (organisation, id) => {
      await store.commit(organisationShard(organisation), { delete: [devices.at(id)] });
    },
    note: async (organisation, id, problem) => {
      const noted = ({ problem: _, ...before }: PushRow): PushRow =>
        problem === undefined ? { ...before, lastSentAt: store.now() } : { ...before, problem };
      await changeRow(store, organisation, id, noted).catch((error: unknown) => {
        if (!(error instanceof Problem && error.code === 'push-device-unknown')) throw error;
      });
    },
  };
}

async function allOf(store: Store, organisation: string): Promise<PushRow[]> {
  const found: PushRow[] = [];
  for await (const { value } of devices.each(store, organisationShard(organisation))) found.push(value);
  return found;
}

/** The id of a subscription: whoever knows it cannot send to it. */
function idOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex').slice(0, 20);
}

/** The same subscription again keeps its choices, and one that replaces another takes the other's. */
async function addDevice(
  store: Store,
  { organisation, person, name: personName, scope, credential }: PersonCaller,
  { endpoint, keys, name, replaces }: PushRequest,
  own: readonly PushRow[],
): Promise<PushRow> {
  const id = idOf(endpoint);
  const before = own.find((device) => device.id === id);
  const replaced = own.find((device) => device.endpoint === replaces && device.id !== id);
  if (before === undefined && replaced === undefined)
    checkCount(own.length, limits.pushDevicesPerPersonMax, 'devices that are notified');
  const { topics, quiet, createdAt = store.now() } = before ?? replaced ?? {};
  const row: PushRow = {
    ...{ id, person, personName, name, endpoint, ...keys, credential, scope, createdAt },
    ...(topics === undefined ? {} : { topics }),
    ...(quiet === undefined ? {} : { quiet }),
  };
  const gone = replaced === undefined ? [] : [devices.at(replaced.id)];
  await store.commit(organisationShard(organisation), { put: [devices.put(id, row)], delete: gone });
  return row;
}

/** Null takes a choice back. */
function chosen({ topics, quiet, ...before }: PushRow, change: PushChange): PushRow {
  const nextTopics = change.topics === undefined ? topics : change.topics;
  const nextQuiet = change.quiet === undefined ? quiet : change.quiet;
  return {
    ...before,
    name: change.name ?? before.name,
    ...(nextTopics ? { topics: nextTopics } : {}),
    ...(nextQuiet ? { quiet: nextQuiet } : {}),
  };
}

async function changeRow(
  store: Store,
  organisation: string,
  id: string,
  change: (before: PushRow) => PushRow,
): Promise<PushRow> {
  const shard = organisationShard(organisation);
  return await untilDone(store, shard, async () => {
    const found = await devices.get(store, shard, id);
    if (found === undefined) throw new Problem('push-device-unknown');
    const next = change(found.value);
    const expect = [{ row: devices.at(id), version: found.version }];
    return { result: next, commit: { expect, put: [devices.put(id, next)] } };
  });
}

/** A device as its person sees it. */
export function shownDevice({
  id,
  name,
  endpoint,
  topics,
  quiet,
  createdAt,
  lastSentAt,
  problem,
}: PushRow): PushDevice {
  return {
    id,
    name,
    service: new URL(endpoint).hostname,
    createdAt: iso(createdAt),
    ...(topics === undefined ? {} : { topics }),
    ...(quiet === undefined ? {} : { quiet }),
    ...(lastSentAt === undefined ? {} : { lastSentAt: iso(lastSentAt) }),
    ...(problem === undefined ? {} : { problem }),
  };
}
