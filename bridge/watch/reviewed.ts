/** The files that approvals ask about, outside of the formats' folders: nobody can decide on what they cannot see. They are documents for as long as an approval waits. */
import type { Layout } from '../formats/format.ts';
import { layoutOf, type VersionedLayout } from './describe.ts';
import type { Ground } from './ground.ts';
import type { WatchState } from './watch-state.ts';

/** Raise it when such a file is described in another way. */
const describeVersion = 1;

/** A layout of these files, for use after all others. */
export function reviewedLayout(layouts: readonly VersionedLayout[], files: Iterable<string>): VersionedLayout[] {
  const outside = [...files].filter((path) => layoutOf(layouts, path) === undefined);
  const format = layouts[0]?.layout.format;
  if (format === undefined || outside.length === 0) return [];
  const known = new Set(outside);
  const classify: Layout['classify'] = (path) => (known.has(path) ? { kind: 'file', reviewed: true } : undefined);
  const describe: Layout['describe'] = () => ({ kind: 'file', meta: { format, reviewed: true } });
  return [{ layout: { format, folders: [], files: outside, classify, describe }, describe: describeVersion }];
}

/** Those of the ground, and the files under review. */
export function layoutsNow({ index }: WatchState, { layouts }: Ground): readonly VersionedLayout[] {
  return [...layouts, ...reviewedLayout(layouts, index.reviewed.keys())];
}

/** Looks in the next turn if other files are under review now. */
export function noteReviewed(watch: WatchState): void {
  const { index, timers, turns, reviewedSeen } = watch;
  const isSame = index.reviewed.size === reviewedSeen.size && reviewedSeen.isSubsetOf(index.reviewed);
  if (!isSame) timers.set('reviewed', 0, () => turns.runSoon(() => watch.lookAtReviewed()));
}
