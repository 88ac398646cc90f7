/** What this machine holds, and what its relay does. Of the relay's side only the differences are kept: after an upload there are none, and a second list of all would weigh as much as the first. */
import type { ManifestPage } from '#contract/delta.ts';
import { documentKey, documentPlace } from '#contract/document-key.ts';
import type { Held } from '../packed/held.ts';
import { createDigest, type ManifestDocument } from './digest.ts';
import { type Gap, isInGap } from './gaps.ts';
import { createOwnDigests, type KeptDocuments, type OwnDigest } from './own-digests.ts';

/** The documents of this machine, by document key. */
export interface OwnDocuments {
  size(): number;
  heldAt(key: string): Held | undefined;
  /** In the order of their keys, while others come and go. */
  sorted(): Iterable<ManifestDocument>;
}

/** The relay's manifest. */
export interface Manifest {
  readonly held: {
    readonly size: number;
    has(key: string): boolean;
    get(key: string): Held | undefined;
  };
  /** Whether the last comparison left a key out: what the relay has there is assumed, and its bytes may be missing. */
  isAssumed(key: string): boolean;
  put(key: string, held: Held): void;
  remove(key: string): void;
  /** 64 hex digits; all zeros for no documents. */
  digest(): string;
}

export interface Sides {
  readonly own: OwnDocuments;
  /** A document of this machine came, changed or went. Call it for each, also where several follow one another. */
  changed(key: string, before: Held | undefined, now: Held | undefined): void;
  /** The machine counts as having these documents of a project from an earlier run; before the first comparison the relay does too. */
  kept(project: string, documents: KeptDocuments): void;
  /** Of what the machine has of a project. */
  ownDigest(project: string): OwnDigest;
  readonly relay: Manifest;
  /** The keys at which the relay has something else. */
  differing(): Iterable<string>;
  /** From now on the relay counts as having what this machine has, until it is compared; in the gaps, what it counted as having before. */
  begin(gaps?: readonly Gap[]): void;
  /** The relay was told that a page is all there is in its range; it wants some of that. */
  compared(page: Omit<ManifestPage, 'epoch'>, wanted: ReadonlySet<string>): void;
  /** The comparison is over, or none was wanted. */
  settled(): void;
}

/** Of a document that the relay lacks or has in another version: equal to no rev. What goes away before it is told must be taken away there. */
const other: Held = { rev: '', describe: 0 };

/** Both hold nothing at first, and what was kept. Whether the relay does hold that, its answer to the digest says. */
export function createSides(own: OwnDocuments): Sides {
  const ownDigests = createOwnDigests();
  const relayDigest = createDigest();
  /** What the relay has of a key where that is not what this machine has. */
  const differs = new Map<string, Held | undefined>();
  let [size, hasBegun] = [0, false];
  /** What went and came back meanwhile may be missing in a page, and the relay then drops it: it stays a difference until that is known. */
  let isComparing = false;
  /** What the last comparison left out; nothing any more once both had the same digest. */
  let assumed: readonly Gap[] = [];
  const isAssumed = (key: string) => isInGap(assumed, key);
  const get = (key: string) => (differs.has(key) ? differs.get(key) : own.heldAt(key));
  const put = (key: string, held: Held | undefined) => {
    const before = get(key);
    if (isSame(before, held)) return;
    if (before !== undefined) relayDigest.toggle(entryOf(key, before));
    if (held !== undefined) relayDigest.toggle(entryOf(key, held));
    size += Number(held !== undefined) - Number(before !== undefined);
    if (isSame(own.heldAt(key), held)) differs.delete(key);
    else differs.set(key, held && { rev: held.rev, describe: held.describe });
  };
  const changed: Sides['changed'] = (key, before, now) => {
    if (isSame(before, now)) return;
    ownDigests.changed(key, before, now);
    if (!differs.has(key)) differs.set(key, before && { rev: before.rev, describe: before.describe });
    else if (!isComparing && isSame(differs.get(key), now)) differs.delete(key);
  };
  return {
    own,
    relay: manifestOf({ size: () => size, get, put, digest: relayDigest.text, isAssumed }),
    changed,
    kept: (project, documents) => {
      if (hasBegun) return countAll(documents, changed);
      relayDigest.add(ownDigests.kept(project, documents));
      size += documents.size;
    },
    ownDigest: ownDigests.of,
    differing: () => differs.keys(),
    begin: (gaps = []) => {
      [hasBegun, isComparing, assumed] = [true, true, gaps];
      const before = [...differs].filter(([key]) => isInGap(gaps, key));
      differs.clear();
      relayDigest.clear();
      for (const text of ownDigests.texts()) relayDigest.add(text);
      size = own.size();
      for (const [key, held] of before) put(key, held);
    },
    compared: (page, wanted) => {
      const told = new Map(page.entries.map((entry) => [documentKey({ project: entry[0], path: entry[1] }), entry]));
      // What went since, the relay has dropped.
      for (const key of [...differs.keys()]) if (isIn(page, key) && !told.has(key)) put(key, undefined);
      for (const [key, [, , rev, describe]] of told) put(key, wanted.has(key) ? other : { rev, describe });
    },
    settled: () => {
      if (!isComparing) assumed = [];
      [hasBegun, isComparing] = [true, false];
      for (const [key, held] of differs) if (isSame(held, own.heldAt(key))) differs.delete(key);
    },
  };
}

function countAll(documents: KeptDocuments, changed: Sides['changed']): void {
  for (const [key, held] of documents.entries()) changed(key, undefined, held);
}

interface RelaySide extends Pick<Manifest, 'digest' | 'isAssumed'> {
  readonly size: () => number;
  readonly get: (key: string) => Held | undefined;
  readonly put: (key: string, held: Held | undefined) => void;
}

function manifestOf({ size, get, put, digest, isAssumed }: RelaySide): Manifest {
  return {
    held: {
      get size() {
        return size();
      },
      get,
      has: (key) => get(key) !== undefined,
    },
    put,
    remove: (key) => put(key, undefined),
    digest,
    isAssumed,
  };
}

function isSame(a: Held | undefined, b: Held | undefined): boolean {
  return a?.rev === b?.rev && a?.describe === b?.describe;
}

function isIn({ from, to }: Omit<ManifestPage, 'epoch'>, key: string): boolean {
  return (from === null || key > from) && (to === null || key <= to);
}

function entryOf(key: string, { rev, describe }: Held): ManifestDocument {
  return { ...documentPlace(key), rev, describe };
}
