/** What a batch of ops does to a machine's documents, decided without I/O: rows before → rows after, bodies, events, counts, digest. */
import type { ManifestEntry, DocumentOp as Op } from '#contract/delta.ts';
import type { BodyState, Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { Commit } from '../../store/store.ts';
import { blockOf, deleteItem, type Change as ItemChange, moveItem, putItem } from '../feeds/blocks.ts';
import type { NoticeWord } from '../notices.ts';
import { type Counts, documentTable, type SyncRow } from '../rows.ts';
import { type DocumentRow, formatDocumentRow, searchedOf, shiftDigest, toDocumentRow } from './document-row.ts';
import type { CheckedOp } from './parse-ops.ts';

/** A document's place; its key is `documentKey`. */
export interface DocumentPlace {
  readonly project: string;
  readonly path: string;
}

/** What the ops are applied to: the rows at every place they name, and which of the revs they rely on are whole. */
export interface Before {
  readonly rows: ReadonlyMap<string, DocumentRow | undefined>;
  readonly whole: ReadonlySet<string>;
}

type Change = {
  readonly place: DocumentPlace;
  readonly before: DocumentRow | undefined;
  after: DocumentRow | undefined;
};

/** The documents' parts of a commit. */
export type Applied = Required<Pick<Commit, 'put' | 'delete' | 'append' | 'blobs' | 'hold' | 'release'>> & {
  readonly sync: Pick<SyncRow, 'digest' | 'counts' | 'oddPaths'>;
  readonly countsChanged: boolean;
  /** What documents say that people should hear of, where that has changed. */
  readonly words: readonly NoticeWord[];
};

/** Every place that ops name, once. */
export function documentPlacesOf(ops: readonly CheckedOp[]): readonly DocumentPlace[] {
  const places = new Map<string, DocumentPlace>();
  for (const place of ops.flatMap(({ op }) => placesOfOp(op))) places.set(documentKey(place), place);
  return [...places.values()];
}

function placesOfOp(op: Op): DocumentPlace[] {
  if (op.op === 'delete') return [{ project: op.project, path: op.path }];
  const to = { project: op.document.project, path: op.document.path };
  return op.op === 'put' ? [to] : [{ project: op.project, path: op.from }, to];
}

/** The revs that ops name without bringing their bytes. */
export function reliedOn(ops: readonly CheckedOp[]): readonly string[] {
  return ops.flatMap(({ op, bytes }) => (op.op === 'delete' || bytes !== undefined ? [] : [op.document.rev]));
}

/** Applies ops in order. Idempotent: what changes nothing leaves no event. */
export function applyOps(
  ops: readonly CheckedOp[],
  before: Before,
  sync: Pick<SyncRow, 'digest' | 'counts' | 'oddPaths'>,
  nowMs: number,
): Applied {
  const changes = new Map<string, Change>();
  const whole = new Set(before.whole);
  const blobs = new Map<string, Uint8Array>();
  const told: ItemChange[] = [];
  const changeAt = (place: DocumentPlace): Change => {
    const key = documentKey(place);
    const row = before.rows.get(key);
    const change = changes.get(key) ?? { place, before: row, after: row };
    changes.set(key, change);
    return change;
  };
  for (const { op, bytes } of ops) {
    if (bytes !== undefined && op.op === 'put') {
      blobs.set(op.document.rev, bytes);
      whole.add(op.document.rev);
    }
    const change = applyOp(op, changeAt, whole, nowMs);
    if (change !== undefined) told.push(change);
  }
  return summed([...changes.values()], sync, blockOf(told), blobs);
}

function applyOp(
  op: Op,
  changeAt: (place: DocumentPlace) => Change,
  whole: ReadonlySet<string>,
  nowMs: number,
): ItemChange | undefined {
  if (op.op === 'delete') {
    const change = changeAt(op);
    if (change.after === undefined) return undefined;
    change.after = undefined;
    return deleteItem('document', documentKey(op), nowMs);
  }
  const change = changeAt(op.document);
  const source = op.op === 'move' ? changeAt({ project: op.project, path: op.from }) : undefined;
  const moved = source !== undefined && source !== change ? source.after : undefined;
  const after = toDocumentRow(op.document, op.describe, bodyState(op, moved, whole));
  const event = putEvent(op, change.after, after, moved !== undefined, nowMs);
  if (source !== undefined) source.after = undefined;
  change.after = after;
  return event;
}

function bodyState(
  op: Exclude<Op, { op: 'delete' }>,
  moved: DocumentRow | undefined,
  whole: ReadonlySet<string>,
): BodyState {
  if (op.op === 'put' && op.body === 'omitted') return 'omitted';
  if (whole.has(op.document.rev)) return 'held';
  return moved?.rev === op.document.rev ? moved.body : 'pending';
}

function putEvent(
  op: Exclude<Op, { op: 'delete' }>,
  before: DocumentRow | undefined,
  after: DocumentRow,
  isMove: boolean,
  nowMs: number,
): ItemChange | undefined {
  if (isMove && op.op === 'move') {
    const from = documentKey({ project: op.project, path: op.from });
    return moveItem('document', from, documentKey(op.document), nowMs, after.json);
  }
  if (before?.json === after.json) return undefined;
  return putItem('document', documentKey(op.document), nowMs, after.json);
}

function summed(
  changes: readonly Change[],
  sync: Pick<SyncRow, 'digest' | 'counts' | 'oddPaths'>,
  append: Applied['append'],
  blobs: ReadonlyMap<string, Uint8Array>,
): Applied {
  const counts = shiftCounts(sync.counts, changes);
  return {
    put: changes.flatMap(({ place, after }) =>
      after === undefined
        ? []
        : [{ table: documentTable(place.project), key: place.path, value: formatDocumentRow(after) }],
    ),
    delete: changes.flatMap(({ place, before, after }) =>
      before !== undefined && after === undefined ? [{ table: documentTable(place.project), key: place.path }] : [],
    ),
    append,
    blobs: [...blobs].map(([rev, bytes]) => ({ rev, bytes })),
    hold: changes.flatMap(({ place, before, after }) => (before?.rev === after?.rev ? [] : holding(place, after))),
    release: changes.flatMap(({ place, before, after }) => (before?.rev === after?.rev ? [] : holding(place, before))),
    sync: {
      digest: shiftDigest(sync.digest, changes.flatMap(manifestEntries)),
      counts,
      oddPaths: sync.oddPaths || changes.some(({ place }) => /[\ud800-\uffff]/.test(place.path)),
    },
    countsChanged: counts !== sync.counts,
    words: changes.flatMap(wordsOf),
  };
}

/** The word of a document whose notice has come, changed or gone. */
function wordsOf({ place, before, after }: Change): readonly NoticeWord[] {
  const said = noticeIn(after);
  if (JSON.stringify(said) === JSON.stringify(noticeIn(before))) return [];
  return [{ item: 'document', key: documentKey(place), said, scope: 'read' }];
}

/** Few documents have one: the others are not parsed. */
function noticeIn(row: DocumentRow | undefined): Document['notice'] {
  if (!row?.json.includes('"notice":{')) return undefined;
  return searchedOf(row)?.notice;
}

function holding(place: DocumentPlace, row: DocumentRow | undefined) {
  return row === undefined ? [] : [{ rev: row.rev, holder: documentKey(place) }];
}

function manifestEntries({ place, before, after }: Change): ManifestEntry[] {
  return [before, after].flatMap((row): ManifestEntry[] =>
    row === undefined ? [] : [[place.project, place.path, row.rev, row.describe]],
  );
}

/** The same object where no count changed. */
function shiftCounts(counts: Counts, changes: readonly Change[]): Counts {
  const shifts = new Map<string, { readonly project: string; readonly kind: string; by: number }>();
  const shift = (project: string, kind: string | undefined, by: number) => {
    if (kind === undefined) return;
    const found = shifts.get(`${project} ${kind}`) ?? { project, kind, by: 0 };
    found.by += by;
    shifts.set(`${project} ${kind}`, found);
  };
  for (const { place, before, after } of changes) {
    shift(place.project, before?.kind, -1);
    shift(place.project, after?.kind, 1);
  }
  return [...shifts.values()]
    .filter(({ by }) => by !== 0)
    .reduce((shifted, { project, kind, by }) => shiftCount(shifted, project, kind, by), counts);
}

function shiftCount(counts: Counts, project: string, kind: string, by: number): Counts {
  const { [kind]: count = 0, ...others } = counts[project] ?? {};
  const { [project]: _, ...rest } = counts;
  const own = count + by > 0 ? { ...others, [kind]: count + by } : others;
  return Object.keys(own).length > 0 ? { ...rest, [project]: own } : rest;
}
