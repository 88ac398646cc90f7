/** Follows the approvals of all projects, and tells the relay as records how each was decided and whether its agent has taken it. */
import { join } from 'node:path';
import * as v from 'valibot';
import type { CommandDelivered } from '#contract/bridge.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Outcome } from '../commands/journal-lines.ts';
import { createNewestWrite } from '../data/newest-write.ts';
import { readOrSetAside, writePrivate } from '../data/private-file.ts';
import type { Follower, FollowerDeps } from '../sync/follower.ts';
import { revOfRecord } from '../sync/record-rev.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import {
  type DecidedHere,
  Entry,
  type Left,
  leftHere,
  whenAskedAgain,
  whenElsewhere,
  whenGone,
  whenGoneUnseen,
  whenHere,
  whenSeen,
  whenTimePasses,
} from './ledger.ts';

/** How often what time alone changes is looked at. */
const lookMs = 1500;
/** Approvals that wait are few; this bounds the file. */
const waitingMax = 2000;

export interface Decisions extends Follower {
  /** A command has ended. */
  settled(command: CommandDelivered, outcome: Outcome): void;
  /** What the last decision on the approval with this key left, if a command made it. */
  left(key: string): Left | undefined;
  /** The newest records. */
  records(): readonly RecordTold[];
}

const Kept = v.object({ entries: v.array(Entry) });

/** The entries by the key of their document, with what follows from each change. */
interface Book {
  set(key: string, after: Entry | undefined): void;
  see(key: string): void;
}

/** Opens it with what an earlier life of the bridge has kept. */
export function openDecisions(deps: FollowerDeps): Decisions {
  const { document, present, tell, now = Date.now } = deps;
  const file = join(deps.folder, 'approvals.json');
  const entries = new Map((readOrSetAside(file, Kept)?.entries ?? []).map((entry) => [documentKey(entry), entry]));
  const keeper = createNewestWrite(
    () => writePrivate(file, JSON.stringify({ entries: bounded(entries) })),
    deps.onTrouble,
  );
  let timer: NodeJS.Timeout | undefined;
  // Where nobody asks for approvals, nothing wakes for them.
  const lookFromNowOn = () => {
    timer ??= setInterval(() => {
      for (const [key, entry] of entries) set(key, whenTimePasses(entry, document(key), now()));
    }, lookMs).unref();
  };
  const { set, see } = createBook(entries, deps, () => {
    lookFromNowOn();
    keeper.keep();
  });
  if (entries.size > 0) lookFromNowOn();
  return {
    begin: (documents) => {
      for (const found of documents) see(documentKey(found));
      for (const [key, entry] of entries)
        if (document(key) === undefined && present().has(entry.project)) set(key, whenGoneUnseen(entry, now()));
    },
    changed: (changes) => {
      for (const { project, path, from } of changes)
        for (const each of [path, ...(from === undefined ? [] : [from])])
          if (each.endsWith('.json') && each.includes('/approvals/')) see(documentKey({ project, path: each }));
    },
    settled: (command, outcome) => {
      for (const { key, here } of decidedBy(command, outcome, entries)) {
        const entry = entries.get(key);
        if (entry !== undefined) set(key, whenHere(entry, here, document(key), now()));
      }
    },
    records: () => newestRecords(entries),
    left: (key) => {
      const entry = entries.get(key);
      return entry && leftHere(entry);
    },
    revs: () => Object.fromEntries(newestRecords(entries).map((record) => [record.id, revOfRecord(record)])),
    wanted: (ids) => {
      const wanted = new Set(ids);
      for (const { record } of entries.values()) if (record !== undefined && wanted.has(record.id)) tell(record);
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      for (const [key, entry] of entries)
        if (entry.unexplained !== undefined) set(key, whenElsewhere(entry, document(key), now()));
      await keeper.done();
    },
  };
}

function createBook(
  entries: Map<string, Entry>,
  { document, tell, now = Date.now }: FollowerDeps,
  keep: () => void,
): Book {
  const set = (key: string, after: Entry | undefined) => {
    const before = entries.get(key);
    if (after === undefined || after === before) return;
    entries.set(key, after);
    trim(entries);
    const { record } = after;
    if (record !== undefined && record !== before?.record) tell(record);
    keep();
  };
  const askedAgain = ({ project, meta }: IndexedDocument, key: string) => {
    for (const [other, entry] of entries)
      if (other !== key && entry.project === project && entry.file === meta.file)
        set(other, whenAskedAgain(entry, now()));
  };
  return {
    set,
    see: (key) => {
      const found = document(key);
      const before = entries.get(key);
      if (found === undefined) {
        if (before !== undefined) set(key, whenGone(before, now()));
        return;
      }
      if (found.kind !== 'approval') return;
      set(key, whenSeen(before, found, now()));
      if (before === undefined) askedAgain(found, key);
    },
  };
}

/** The records that `connect` names. */
function newestRecords(entries: ReadonlyMap<string, Entry>): readonly RecordTold[] {
  const records = [...entries.values()].flatMap(({ record, changedAt }) => (record ? [{ record, changedAt }] : []));
  return records
    .sort((a, b) => b.changedAt - a.changedAt)
    .slice(0, limits.decisionsToldMax)
    .map(({ record }) => record);
}

const Result = v.object({
  status: v.string(),
  respondedAt: v.string(),
  path: v.string(),
  rev: v.string(),
  fileRev: v.string(),
  checkout: v.optional(v.string()),
  snapshot: v.optional(v.object({ version: v.number() })),
  added: v.optional(v.array(v.string())),
});

/** The decisions that a command made. */
function decidedBy(
  { id, kind, by, args, signature }: CommandDelivered,
  { state, result }: Outcome,
  entries: ReadonlyMap<string, Entry>,
): { readonly key: string; readonly here: DecidedHere }[] {
  if (state !== 'done') return [];
  return resultsOf(kind, result).flatMap(({ path, snapshot, ...decided }) => {
    const own = [...entries].filter(([, entry]) => entry.path === path);
    const named = own.find(([, { project }]) => project === args.project) ?? (own.length === 1 ? own[0] : undefined);
    const here = { ...decided, by, signedBy: signature?.key, command: id, snapshot: snapshot?.version };
    return named === undefined ? [] : [{ key: named[0], here }];
  });
}

function resultsOf(kind: string, result: unknown): readonly v.InferOutput<typeof Result>[] {
  if (kind !== 'approval-update' && kind !== 'approval-decide-many') return [];
  const parsed = v.safeParse(v.union([v.object({ decided: v.array(Result) }), Result]), result);
  if (!parsed.success) return [];
  return 'decided' in parsed.output ? parsed.output.decided : [parsed.output];
}

/** What would not be in the file does not stay in memory either; the relay keeps the records. */
function trim(entries: Map<string, Entry>): void {
  if (entries.size <= waitingMax + limits.decisionsToldMax) return;
  const stays = new Set(bounded(entries));
  for (const [key, entry] of entries) if (!stays.has(entry)) entries.delete(key);
}

/** All that wait, and the newest of the others. */
function bounded(entries: ReadonlyMap<string, Entry>): readonly Entry[] {
  const { true: waiting = [], false: ended = [] } = Object.groupBy(entries.values(), ({ waits }) => `${waits}`);
  const newest = (some: Entry[], most: number) => some.sort((a, b) => b.changedAt - a.changedAt).slice(0, most);
  return [...newest(waiting, waitingMax), ...newest(ended, limits.decisionsToldMax)];
}
