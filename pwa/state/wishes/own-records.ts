/** This device's pending changes of the person's own records: shown at once, kept over a reload, and sent when the relay can be reached. Sending is idempotent, so every tab may send what it finds. */
import { personFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import type { RecordItem } from '#contract/record.ts';
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import type { Facts } from '../facts/facts.ts';
import { factsOf } from '../facts/sorts.ts';

/** A record of the person. */
export type OwnRecord = Pick<RecordItem, 'id' | 'kind' | 'state' | 'meta'>;

/** The wanted record; null to delete it. */
export interface RecordWish {
  readonly id: string;
  readonly record: OwnRecord | null;
  /** The rev that the relay returned; null if the record is deleted there. */
  readonly taken?: string | null;
}

export interface OwnRecordsDeps {
  readonly api: Api;
  readonly facts: Facts;
  readonly keep: (wish: RecordWish) => void;
  readonly forget: (id: string) => void;
  /** Called when a record looks different. */
  readonly show: (id: string) => void;
}

export interface OwnRecords {
  put(record: OwnRecord): void;
  remove(id: string): void;
  /** The pending value of a record: null hides it, undefined means that nothing is pending. */
  overlay(id: string): RecordItem | null | undefined;
  /** Takes news of the relay about records. */
  heard(ids: Iterable<string>): void;
  /** The relay can be reached again. */
  back(): void;
  restore(wishes: readonly RecordWish[]): void;
  clear(): void;
}

/** Creates it without pending changes. */
export function createOwnRecords(deps: OwnRecordsDeps): OwnRecords {
  const wishes = new Map<string, RecordWish>();
  let sending = false;

  function wish(next: RecordWish): void {
    wishes.set(next.id, next);
    deps.keep(next);
    deps.show(next.id);
  }

  function drop(known: RecordWish): void {
    if (wishes.get(known.id) !== known) return;
    wishes.delete(known.id);
    deps.forget(known.id);
    deps.show(known.id);
  }

  async function flush(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      await sendAll();
    } finally {
      sending = false;
    }
  }

  async function sendAll(): Promise<void> {
    for (let next = unsent(wishes); next !== undefined; next = unsent(wishes)) {
      const taken = await trySend(deps.api, knownOf(deps, next.id) !== undefined, next);
      if (taken === 'away') return;
      // A change that was made meanwhile is sent next.
      if (wishes.get(next.id) !== next) continue;
      if (taken === 'refused') drop(next);
      else settle({ ...next, taken });
    }
  }

  /** A sent change stays until the relay's event confirms it. The network may lose that event. */
  function settle(next: RecordWish): void {
    wishes.set(next.id, next);
    if (isTold(deps, next)) drop(next);
    else setTimeout(() => drop(next), limits.optimisticMs);
  }

  return {
    put(record) {
      wish({ id: record.id, record });
      void flush();
    },
    remove(id) {
      wish({ id, record: null });
      void flush();
    },
    overlay(id) {
      const known = wishes.get(id);
      if (known === undefined) return undefined;
      return known.record === null ? null : asItem(known.record, knownOf(deps, id));
    },
    heard(ids) {
      for (const id of ids) {
        const known = wishes.get(id);
        if (known !== undefined && isTold(deps, known)) drop(known);
      }
    },
    back: () => void flush(),
    restore(kept) {
      for (const known of kept) {
        wishes.set(known.id, { id: known.id, record: known.record });
        deps.show(known.id);
      }
    },
    clear: () => wishes.clear(),
  };
}

function unsent(wishes: ReadonlyMap<string, RecordWish>): RecordWish | undefined {
  return [...wishes.values()].find(({ taken }) => taken === undefined);
}

function knownOf({ facts }: OwnRecordsDeps, id: string): RecordItem | undefined {
  return factsOf(facts, 'record', personFeed).get(id);
}

function isTold(deps: OwnRecordsDeps, { id, taken }: RecordWish): boolean {
  return taken !== undefined && (knownOf(deps, id)?.rev ?? null) === taken;
}

/** The outcome of sending: the rev at the relay, null if deleted there, or that the relay cannot be reached or refuses it. */
async function trySend(api: Api, isKnown: boolean, wish: RecordWish): Promise<string | null | 'away' | 'refused'> {
  try {
    return await send(api, isKnown, wish);
  } catch (error) {
    if (error instanceof Interruption) return 'away';
    // It waits for its person. When somebody else signs in here, it is forgotten.
    if (error instanceof Refusal && error.problem.retry === 'after-sign-in') return 'away';
    if (error instanceof Refusal) return 'refused';
    throw error;
  }
}

async function send(api: Api, isKnown: boolean, { id, record }: RecordWish): Promise<string | null> {
  try {
    if (record === null) {
      await api.call('recordRemove', { parameters: { record: id } });
      return null;
    }
    const { kind, state, meta } = record;
    if (!isKnown) return (await api.call('recordCreate', { body: { id, kind, state, meta } })).rev;
    return (await api.call('recordChange', { parameters: { record: id }, body: { state, meta } })).rev;
  } catch (error) {
    const code = error instanceof Refusal ? error.code : '';
    if (record === null && code === 'record-unknown') return null;
    // Another device has created or deleted it, and this one does not know that yet.
    if (record !== null && code === (isKnown ? 'record-unknown' : 'id-reused'))
      return await send(api, !isKnown, { id, record });
    throw error;
  }
}

function asItem(record: OwnRecord, known: RecordItem | undefined): RecordItem {
  const now = new Date().toISOString();
  return { title: '', owner: { person: '' }, rev: '', createdAt: now, ...known, ...record, changedAt: now };
}
