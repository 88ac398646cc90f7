/** What has changed in the files since the person last looked, spec by spec, on the machines that are kept here. Counted by each machine's own clock; this device's only tells what is dated far in the future. */
import type { Document } from '#contract/document.ts';
import type { AppState } from '../../state/app-state.ts';
import { documentsOf, machinesWithDocuments } from '../../state/sorts.ts';
import { looksOf } from './looks.ts';

/** A spec, or a document of none, that has changed. */
export interface ChangedSpec {
  readonly machine: string;
  /** The one that changed last. */
  readonly document: Document;
  /** How many of its documents have changed. */
  readonly count: number;
}

/** Newest first. A machine that nobody has looked at yet has nothing new. */
export function changedSinceLooked(state: AppState): readonly ChangedSpec[] {
  const found = new Map<string, ChangedSpec>();
  const looks = looksOf(state);
  for (const machine of machinesWithDocuments(state)) {
    const seenUpTo = looks.get(machine) ?? Number.POSITIVE_INFINITY;
    for (const document of Object.values(documentsOf(state, machine))) {
      if (document.mtime <= seenUpTo || isOfTheFuture(document)) continue;
      const key = [machine, document.project, document.spec ?? document.path].join('\n');
      const known = found.get(key);
      const newer = known !== undefined && known.document.mtime >= document.mtime ? known.document : document;
      found.set(key, { machine, document: newer, count: (known?.count ?? 0) + 1 });
    }
  }
  return [...found.values()].sort((a, b) => b.document.mtime - a.document.mtime);
}

/** The newest change of each machine that is kept: what has been seen once all of it has. */
export function newestChanges(state: AppState): ReadonlyMap<string, number> {
  return new Map(
    machinesWithDocuments(state).map((machine) => [
      machine,
      Object.values(documentsOf(state, machine))
        .filter((document) => !isOfTheFuture(document))
        .reduce((newest, { mtime }) => Math.max(newest, mtime), 0),
    ]),
  );
}

/** A file that is dated years ahead would hide all changes until then, once it has been seen. A day leaves room for wrong clocks. */
function isOfTheFuture({ mtime }: Document): boolean {
  return mtime > Date.now() + 24 * 60 * 60_000;
}
