/** Machines that wait for approval: tickets in `global` for ten minutes, one by the hash of the device code and one by the hash of the user code. */
import { randomInt } from 'node:crypto';
import * as v from 'valibot';
import { type Act, Actor } from '#contract/audit.ts';
import { showUserCode, userCodeAlphabet, userCodeLength } from '#contract/device.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineLayout } from '../store/tables.ts';
import { actorOf, type PersonCaller, scopeOfRole } from './caller.ts';
import { Maker, type Makers } from './makers.ts';
import { createToken, hashSecret } from './secrets.ts';
import { countTry } from './tries.ts';

/** What a machine says about itself, and its address. */
const Asking = v.object({
  name: v.string(),
  os: v.exactOptional(v.string()),
  address: v.string(),
  /** Id of the machine whose key is to be replaced. */
  machine: v.exactOptional(v.string()),
});
export type Asking = v.InferOutput<typeof Asking>;

/** The person who approved a machine. They must still be an admin when it fetches its key. */
const Approver = v.object({ ...Maker.entries, actor: v.object(Actor.entries) });
export type Approver = v.InferOutput<typeof Approver>;

const DeviceTicket = v.object({
  ...Asking.entries,
  createdAt: v.number(),
  userCodeHash: v.string(),
  /** Seconds between polls. It grows if the machine polls too often. */
  interval: v.number(),
  polledAt: v.number(),
  state: v.union([v.picklist(['pending', 'denied']), Approver]),
});
type DeviceTicket = v.InferOutput<typeof DeviceTicket>;
const tickets = defineLayout('the tickets of machines that ask', DeviceTicket);

export interface DeviceCodes {
  readonly deviceCode: string;
  readonly userCode: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly interval: number;
}

/** The outcome of a poll with a device code; `approved` is returned once. */
export type DevicePoll =
  | { readonly is: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' }
  | { readonly is: 'approved'; readonly asking: Asking; readonly by: Approver };

export interface Devices {
  begin(asking: Asking): Promise<DeviceCodes>;
  poll(deviceCode: string): Promise<DevicePoll>;
  /** The machine behind a user code. Throws `device-code-unknown`, and `too-many-requests` to a person who tries many. */
  look(userCode: string, person: string): Promise<Asking & { readonly createdAt: number; readonly expiresAt: number }>;
  /** Approves or denies the machine; each code can be decided once. Throws like `look`. */
  decide(userCode: string, by: PersonCaller, decision: 'approve' | 'deny'): Promise<void>;
}

/** The waiting machines in a store. */
export function createDevices(store: Store, makers: Makers): Devices {
  const devices: Devices = {
    begin: (asking) => begin(store, asking),
    poll: (deviceCode) => poll(store, makers, hashSecret(deviceCode)),
    look: async (userCode, person) => {
      const { ticket, expiresAt } = await find(store, userCode, person);
      return { ...ticket, expiresAt };
    },
    decide: async (userCode, by, decision) => {
      const { name, value, ticket, expiresAt } = await find(store, userCode, by.person);
      const actor = actorOf(by);
      const state = decision === 'approve' ? { ...(await makers.of(by)), actor } : 'denied';
      const decided: DeviceTicket = { ...ticket, state };
      const { done } = await store.commit(globalShard, {
        expect: [{ ticket: name, value }],
        tickets: [
          { name, value: tickets.format(decided), ttlMs: Math.max(1, expiresAt - store.now()) },
          { name: userTicket(ticket.userCodeHash), value: null },
        ],
      });
      // A poll in between has only changed its time; the code is still valid.
      if (!done) return await devices.decide(userCode, by, decision);
      const about = { name: ticket.name, address: ticket.address };
      const result = decision === 'approve' ? 'done' : 'refused';
      const act: Act = { action: 'machine-decided', result, by: actor, about };
      await commitRecorded(store, organisationShard(by.organisation), {}, [act]);
    },
  };
  return devices;
}

async function begin(store: Store, asking: Asking): Promise<DeviceCodes> {
  const deviceCode = createToken();
  const userCode = Array.from(
    { length: userCodeLength },
    () => userCodeAlphabet[randomInt(userCodeAlphabet.length)],
  ).join('');
  const userCodeHash = hashSecret(userCode);
  const name = deviceTicket(hashSecret(deviceCode));
  const ttlMs = limits.deviceCodeMs;
  const interval = limits.devicePollSeconds;
  const ticket: DeviceTicket = {
    ...asking,
    createdAt: store.now(),
    userCodeHash,
    interval,
    polledAt: 0,
    state: 'pending',
  };
  const { done } = await store.commit(globalShard, {
    expect: [{ ticket: userTicket(userCodeHash), value: null }],
    tickets: [
      { name, value: tickets.format(ticket), ttlMs },
      { name: userTicket(userCodeHash), value: name, ttlMs },
    ],
  });
  return done
    ? { deviceCode, userCode: showUserCode(userCode), expiresIn: ttlMs / 1000, interval }
    : await begin(store, asking);
}

/** Every outcome is a commit that expects the ticket as it was read, so that only one of two polls gets the approval. */
async function poll(store: Store, makers: Makers, hash: string): Promise<DevicePoll> {
  const name = deviceTicket(hash);
  const found = await store.ticket(globalShard, name);
  if (found === undefined) return { is: 'expired_token' };
  const { value, expiresAt } = found;
  const ticket = tickets.parse(value);
  const replace = async (next: DeviceTicket | null) => {
    const ttlMs = Math.max(1, expiresAt - store.now());
    const changed = [next === null ? { name, value: null } : { name, value: tickets.format(next), ttlMs }];
    return (await store.commit(globalShard, { expect: [{ ticket: name, value }], tickets: changed })).done;
  };
  const { state, interval, polledAt, name: called, address, os, machine } = ticket;
  if (state === 'denied' || (state !== 'pending' && !(await isAdminNow(makers, state))))
    return (await replace(null)) ? { is: 'access_denied' } : poll(store, makers, hash);
  if (state !== 'pending') {
    const asking = {
      name: called,
      address,
      ...(os === undefined ? {} : { os }),
      ...(machine === undefined ? {} : { machine }),
    };
    return (await replace(null)) ? { is: 'approved', asking, by: state } : poll(store, makers, hash);
  }
  const now = store.now();
  // One second of tolerance, for a machine that waits exactly as long as it was told.
  const isQuick = now - polledAt < interval * 1000 - 1000;
  const next = { ...ticket, polledAt: now, interval: isQuick ? interval + 5 : interval };
  if (!(await replace(next))) return await poll(store, makers, hash);
  return { is: isQuick ? 'slow_down' : 'authorization_pending' };
}

async function isAdminNow(makers: Makers, maker: Maker): Promise<boolean> {
  const role = await makers.roleNow(maker);
  return role !== undefined && scopeOfRole[role] === 'admin';
}

async function find(store: Store, userCode: string, person: string) {
  await countTry(store, `device/${person}`, limits.deviceTriesMax, limits.deviceCodeMs);
  const known = await store.ticket(globalShard, userTicket(hashSecret(userCode)));
  const found = known && (await store.ticket(globalShard, known.value));
  if (known === undefined || found === undefined) throw new Problem('device-code-unknown');
  await countTry(store, `device-code/${known.value}`, limits.deviceTriesMax, limits.deviceCodeMs);
  const ticket = tickets.parse(found.value);
  if (ticket.state !== 'pending') throw new Problem('device-code-unknown');
  return { name: known.value, value: found.value, ticket, expiresAt: found.expiresAt };
}

function deviceTicket(hash: string): string {
  return `device/${hash}`;
}

function userTicket(hash: string): string {
  return `user-code/${hash}`;
}
