/**
 * Sends notices to addresses outside, for services. A new notice is claimed in the store, in the commit that also notes
 * a message for each address, so of several relay processes one sends it. A message stays noted until it was taken or
 * given up, so a restart loses none; a process that ends in the middle may send one twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import type { Log } from '../log.ts';
import type { Relay } from '../relay/relay.ts';
import { EVENTS } from '../relay/rows.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, type Keyed } from '../store/tables.ts';
import { allNotices, type KnownNotice } from './notice-id.ts';

/** How a message ended: taken or given up (`over`), to be tried again (`failed`), or not before a time in ms (`until`). */
export type Sent = { readonly is: 'over' | 'failed' } | { readonly is: 'until'; readonly at: number };

export interface OutboxDeps {
  /** Names the tables. */
  readonly name: string;
  readonly store: Store;
  readonly relay: Relay;
  readonly log: Log;
  readonly organisations: () => Promise<readonly string[]>;
  /** Keys of the addresses that are to hear of a notice. What concerns only some of them is decided by `send`. */
  readonly addresses: (organisation: string) => Promise<readonly string[]>;
  /** Sends a current notice to an address. What it throws counts as `failed`. `isLast`: there is no further try. */
  readonly send: (organisation: string, address: string, notice: KnownNotice, isLast: boolean) => Promise<Sent>;
}

export interface Outbox extends AsyncDisposable {
  /** One round over all organisations: claims what is new and sends what is due. Resolves to the time (ms) of what is due next. */
  round(): Promise<number>;
}

const Claim = v.object({ at: v.number() });
const Message = v.object({ notice: v.string(), address: v.string(), at: v.number(), tries: v.number() });
type Message = v.InferOutput<typeof Message>;

/** A process that has not finished a message by then has ended. Longer than `outboundMs`. */
const CLAIM_MS = 60_000;
/** A missed signal is made up for after this time. */
const ROUND_MS = 15_000;
/** Changes within this time are looked at together. */
const GATHER_MS = 150;
/** Messages that are sent side by side. */
const AT_ONCE = 8;
/** Rows in one commit. */
const ROWS_PER_COMMIT = 100;
const FIRST_PAUSE_MS = 10_000;
/** 10 s, 40 s, 160 s … */
const PAUSE_FACTOR = 4;

/** Starts the rounds: when something changes in an organisation, when something is due, and from time to time. */
export function startOutbox(deps: OutboxDeps): Outbox {
  const stop = new AbortController();
  let wake = Promise.withResolvers<void>();
  const listening = new Map<string, Disposable>();
  const listen = (organisation: string) => {
    if (listening.has(organisation)) return;
    const listener = deps.store.listen(organisationShard(organisation), EVENTS, () => wake.resolve());
    listening.set(organisation, listener);
  };
  const round = async () => {
    let next = deps.store.now() + ROUND_MS;
    for (const organisation of await deps.organisations()) {
      listen(organisation);
      await claimNew(deps, organisation);
      next = Math.min(next, await sendDue(deps, organisation));
    }
    return next;
  };
  const run = async () => {
    while (!stop.signal.aborted) {
      wake = Promise.withResolvers<void>();
      const next = await round().catch((error: unknown) => {
        deps.log.warn(`${deps.name}-failed`, { error });
        return deps.store.now() + ROUND_MS;
      });
      await pause(Math.max(next - deps.store.now(), 0), wake.promise, stop.signal);
    }
  };
  const done = run();
  return {
    round,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
      for (const listener of listening.values()) listener[Symbol.dispose]();
    },
  };
}

async function pause(ms: number, woken: Promise<void>, signal: AbortSignal): Promise<void> {
  const end = new AbortController();
  const both = AbortSignal.any([signal, end.signal]);
  const timer = (after: number) => delay(after, undefined, { signal: both, ref: false }).catch(() => undefined);
  await Promise.race([woken, timer(ms)]);
  await timer(GATHER_MS);
  end.abort();
}

function tablesOf(name: string) {
  return { claims: defineTable(`${name}-claims`, Claim), messages: defineTable(`${name}-messages`, Message) };
}

/** Claims notices that nobody has claimed, with a message for each address, and forgets claims of notices that are gone. */
async function claimNew(deps: OutboxDeps, organisation: string): Promise<void> {
  const { store, relay, name } = deps;
  const { claims, messages } = tablesOf(name);
  const shard = organisationShard(organisation);
  // Claims are read first: one that is not among the notices read afterwards is of a notice that is gone.
  const claimed = new Map<string, number>();
  for await (const { key, version } of claims.each(store, shard)) claimed.set(key, version);
  const current = await allNotices(relay, { organisation, person: '', scope: 'admin' });
  const fresh = current.filter(({ id }) => !claimed.has(id));
  const now = store.now();
  if (fresh.length > 0) {
    const addresses = await deps.addresses(organisation);
    for (const { id } of fresh) {
      const room = limits.outboxMax - (await store.count(shard, messages.name));
      const wanted = addresses.slice(0, Math.max(room, 0)).map((address) => {
        const message: Message = { notice: id, address, at: now, tries: 0 };
        return messages.put(`${id}\n${address}`, message);
      });
      const put = [claims.put(id, { at: now }), ...wanted];
      await store.commit(shard, { expect: [{ row: claims.at(id), version: 0 }], put });
    }
  }
  for (const { id } of current) claimed.delete(id);
  const gone = [...claimed.keys()];
  for (let start = 0; start < gone.length; start += ROWS_PER_COMMIT)
    await store.commit(shard, { delete: gone.slice(start, start + ROWS_PER_COMMIT).map(claims.at) });
}

/** Sends what is due; resolves to when something is due next. */
async function sendDue(deps: OutboxDeps, organisation: string): Promise<number> {
  const { store, name } = deps;
  const { messages } = tablesOf(name);
  const shard = organisationShard(organisation);
  let next = store.now() + ROUND_MS;
  const due: Keyed<Message>[] = [];
  for await (const row of messages.each(store, shard)) {
    if (row.value.at <= store.now()) due.push(row);
    else next = Math.min(next, row.value.at);
  }
  if (due.length === 0) return next;
  const current = await allNotices(deps.relay, { organisation, person: '', scope: 'admin' });
  const notices = new Map(current.map((notice) => [notice.id, notice]));
  for (let start = 0; start < due.length; start += AT_ONCE) {
    const some = due.slice(start, start + AT_ONCE);
    const again = await Promise.all(some.map((row) => sendOne(deps, organisation, row, notices)));
    next = Math.min(next, ...again);
  }
  return next;
}

/** Sends one message, if no other process does; resolves to when it is due next. */
async function sendOne(
  deps: OutboxDeps,
  organisation: string,
  { key, value, version }: Keyed<Message>,
  notices: ReadonlyMap<string, KnownNotice>,
): Promise<number> {
  const { store, name, log } = deps;
  const { messages } = tablesOf(name);
  const shard = organisationShard(organisation);
  const mine = { ...value, at: store.now() + CLAIM_MS };
  const expect = [{ row: messages.at(key), version }];
  const { done } = await store.commit(shard, { expect, put: [messages.put(key, mine)] });
  if (!done) return mine.at;
  const notice = notices.get(value.notice);
  const isLast = value.tries >= limits.outboundRetriesMax;
  const failed = (error: unknown): Sent => {
    log.info(`${name}-not-sent`, { error });
    return { is: 'failed' };
  };
  const sent: Sent =
    notice === undefined ? { is: 'over' } : await deps.send(organisation, value.address, notice, isLast).catch(failed);
  if (sent.is === 'over' || (sent.is === 'failed' && isLast)) {
    await store.commit(shard, { delete: [messages.at(key)] });
    return Number.POSITIVE_INFINITY;
  }
  const after =
    sent.is === 'until'
      ? { ...value, at: sent.at }
      : { ...value, tries: value.tries + 1, at: store.now() + FIRST_PAUSE_MS * PAUSE_FACTOR ** value.tries };
  await store.commit(shard, { put: [messages.put(key, after)] });
  return after.at;
}
