/** Where the relay keeps what: tables, logs, tickets, signals, and the rows about a machine as a whole. */
import * as v from 'valibot';
import { ConnectRequest, JournalMark } from '#contract/bridge.ts';
import { emptyManifestDigest, Uploading } from '#contract/delta.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../store/shards.ts';
import type { Row, Store } from '../store/store.ts';
import { defineLayout, parseOr, remembering, tryParse, type Versioned } from '../store/tables.ts';
import { Rival, relayConditions } from './machines/conditions.ts';
import { Holder, olderEpoch } from './machines/holder.ts';

/** The log of each shard that people's streams read; also the signal that it has grown. */
export const EVENTS = 'events';
/** The signal that a machine's poll has something to look at. */
export const POLL = 'poll';
/** The ticket of a machine that is online. */
export const PRESENCE = 'presence';

/** In an organisation's shard: its machines, by id. */
export const MACHINES = 'machines';

/** In a machine's shard: the machine itself, and how far its documents are. Two rows, so that an ingest and a rename do not meet. */
export const RECORD = { table: 'machine', key: 'record' } as const;
export const SYNC = { table: 'machine', key: 'sync' } as const;
/** The position of the newest command. */
export const DISPATCH = { table: 'machine', key: 'dispatch' } as const;

/** The table of a project's documents, by path. */
export function documentTable(project: string): string {
  return `documents:${project}`;
}

/** What a bridge says of itself and its machine when it connects. */
const Announced = v.pick(ConnectRequest, [
  'name',
  'os',
  'version',
  'projects',
  'kinds',
  'policy',
  'signers',
  'conditions',
]);
export type Announced = v.InferOutput<typeof Announced>;

/** Times in ms since 1970. `online` and `since`: what was last told to people. */
const MachineRow = v.object({
  id: v.string(),
  organisation: v.string(),
  name: v.string(),
  createdAt: v.number(),
  epoch: v.number(),
  /** The store's handle when its bridge connected: under another, what was told to the bridge may be forgotten. */
  handle: v.exactOptional(v.string()),
  online: v.boolean(),
  since: v.number(),
  /** Its bridge has said that it ends. */
  left: v.exactOptional(v.literal(true)),
  lastSeenAt: v.exactOptional(v.number()),
  announced: v.exactOptional(Announced),
  /** The journal that its bridge told last, how often it was another one than before or an older state of it, and since which epoch the relay has not been rewound. */
  journal: v.exactOptional(
    v.object({ ...JournalMark.entries, switches: v.number(), rewound: v.exactOptional(v.number()) }),
  ),
  /** Whose the epoch is; absent for a bridge that did not say. */
  holder: v.exactOptional(Holder),
  /** Another bridge that claims the machine. */
  rival: v.exactOptional(Rival),
});
export type MachineRow = v.InferOutput<typeof MachineRow>;

const MachineBefore = v.looseObject({ journal: v.looseObject({ turn: v.number() }) });

/** One that cannot be read is no machine for people, and stops the calls of its bridge. */
const machineLayout = remembering(
  defineLayout('the rows of machines', MachineRow, (before) => {
    // Until 0.2 what is now `switches` was called `turn`.
    if (!v.is(MachineBefore, before)) return undefined;
    const { turn: switches, ...journal } = before.journal;
    return { ...before, journal: { ...journal, switches } };
  }),
);

/** How many documents of each kind a project has. */
const Counts = v.record(v.string(), v.record(v.string(), v.number()));
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Whether the digest is the one that the bridge tells: `level`; not yet, since a comparison found something wanting; or no longer, which nothing but another comparison can mend. */
const Step = v.union([
  v.object({ is: v.picklist(['level', 'astray']) }),
  v.object({ is: v.literal('behind'), since: v.number() }),
]);
export type Step = v.InferOutput<typeof Step>;

/** How far a machine's documents are: the last batch of an epoch, and the manifest digest and counts of what is held. */
const SyncRow = v.object({
  epoch: v.number(),
  seq: v.number(),
  digest: v.string(),
  counts: Counts,
  /** Whether a path was ever held that UTF-8 and UTF-16 may sort differently. */
  oddPaths: v.boolean(),
  step: Step,
  /** What the bridge has said is left of its upload. */
  uploading: v.exactOptional(Uploading),
});
export type SyncRow = Omit<v.InferOutput<typeof SyncRow>, 'counts'> & { readonly counts: Counts };
const syncLayout = defineLayout('how far the documents of machines are', SyncRow);

export const emptySync: SyncRow = {
  epoch: 0,
  seq: 0,
  digest: emptyManifestDigest,
  counts: {},
  oddPaths: false,
  step: { is: 'level' },
};

/** The machine of a row. Throws Problem `machine-removed` where there is none. */
export function parseRecord(row: Row | undefined): Versioned<MachineRow> {
  if (row === undefined) throw new Problem('machine-removed');
  return { value: machineLayout.parse(row.value), version: row.version };
}

/** The same for whoever goes on without it: undefined where there is none, or it cannot be read. */
export function tryParseRecord(row: Row | undefined, machine: string): MachineRow | undefined {
  return row && tryParse(machineLayout, row.value, 'machine', machine);
}

/** How far a machine's documents are. */
export function parseSync(row: Row | undefined): Versioned<SyncRow> {
  return parseOr<SyncRow>(syncLayout, row, emptySync);
}

/** A machine's rows as of one moment. Throws Problem `machine-removed`. */
export async function readMachine(
  store: Store,
  machine: string,
): Promise<{ record: Versioned<MachineRow>; sync: Versioned<SyncRow> }> {
  const [record, sync] = await store.rows(machineShard(machine), [RECORD, SYNC]);
  return { record: parseRecord(record), sync: parseSync(sync) };
}

/** The version expected of a machine's row, and its new value, as parts of a commit. */
export function replace<Value>(name: { table: string; key: string }, before: Versioned<unknown>, value: Value) {
  return {
    expect: { row: name, version: before.version },
    put: { ...name, value: JSON.stringify(value) },
  };
}

/** Throws Problem `superseded` for the epoch of an earlier run, `resync` for any other that is not the machine's. */
export function checkEpoch(epoch: number, row: Pick<MachineRow, 'epoch' | 'holder'>): void {
  if (epoch < row.epoch) throw new Problem(olderEpoch(epoch, row.holder));
  if (epoch !== row.epoch) throw new Problem('resync');
}

/** The machine as people see it. `online` as the presence ticket says, which may be newer than the row. */
export function toMachine(
  row: MachineRow,
  { counts, uploading }: Pick<SyncRow, 'counts' | 'uploading'>,
  online: boolean,
  lastSeenAt = row.lastSeenAt,
): Machine {
  const { announced } = row;
  const seen = lastSeenAt === undefined ? {} : { lastSeenAt: iso(lastSeenAt) };
  const base = { id: row.id, name: row.name, statusSince: iso(row.since), createdAt: iso(row.createdAt), ...seen };
  const conditions = [...(announced?.conditions ?? []), ...relayConditions(row.rival)];
  if (announced === undefined) return { ...base, status: 'never', projects: [], kinds: [], policy: unannouncedPolicy };
  return {
    ...base,
    status: online ? 'online' : 'offline',
    os: announced.os,
    version: announced.version,
    projects: announced.projects.map((project) => withCounts(project, counts)),
    kinds: announced.kinds,
    policy: announced.policy,
    ...(announced.signers === undefined ? {} : { signers: announced.signers }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(uploading && { uploading }),
  };
}

const unannouncedPolicy = {
  risks: { read: 'refuse', write: 'refuse', execute: 'refuse', destroy: 'refuse' },
} as const satisfies Machine['policy'];

function withCounts(project: Announced['projects'][number], counts: Counts): Machine['projects'][number] {
  const own = counts[project.id] ?? {};
  return { ...project, documents: Object.values(own).reduce((sum, count) => sum + count, 0), counts: own };
}

/** ISO 8601 of ms since 1970. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
