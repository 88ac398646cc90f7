/** Noting on the disk what projects hold, for the next start: nothing twice, and what is large not often. A link that comes and goes asks for it each time. */
import { limits } from '#contract/limits.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { keepLastManifest } from '../data/last-manifest.ts';
import type { HeldPaths } from '../packed/held.ts';
import type { Sides } from '../sync/sides.ts';
import type { ProjectWatch } from '../watch/project-watch.ts';
import { heldIn } from './own-documents.ts';

export interface Keeping {
  /** What each project held when it was noted last, as far as two such are told apart (`markOf`), by id. */
  readonly isKept: Map<string, string>;
  /** Before that time what has changed of a project is not noted, by id. */
  readonly restsUntil: Map<string, number>;
  /** Until the notes that were begun are made. */
  last: Promise<void>;
}

/** All projects, as far as they are noted. */
interface Held {
  readonly options: { readonly data: DataFolder };
  readonly sides: Pick<Sides, 'ownDigest'>;
  readonly watches: ReadonlyMap<string, ProjectWatch>;
  readonly last: ReadonlyMap<string, HeldPaths>;
  readonly keeping: Keeping;
}

/** Nothing is noted yet. */
export function createKeeping(): Keeping {
  return { isKept: new Map(), restsUntil: new Map(), last: Promise.resolve() };
}

/** Another text once something else is to be noted. */
export function markOf({ sides }: Pick<Held, 'sides'>, watch: ProjectWatch): string {
  return `${sides.ownDigest(watch.project.id).changes} ${watch.keptMark()}`;
}

/** Notes what has changed; `isEnd`: also what was noted a short while ago. One after the other: a bridge may be ended while it notes what is up. */
export function keepManifests(now: Held, isEnd = false): Promise<void> {
  const { keeping } = now;
  keeping.last = keeping.last.then(async () => {
    await Promise.all([...now.watches.values()].map((watch) => keepOne(now, watch, isEnd)));
  });
  return keeping.last;
}

async function keepOne(now: Held, watch: ProjectWatch, isEnd: boolean): Promise<void> {
  const { id } = watch.project;
  const { isKept, restsUntil } = now.keeping;
  // What changes while it is written is noted the next time.
  const mark = markOf(now, watch);
  if (isKept.get(id) === mark) return;
  if (!isEnd && performance.now() < (restsUntil.get(id) ?? 0)) return;
  // What it had before and was not found yet is not in its index.
  const before = [...heldIn({ watches: new Map(), last: now.last }, id)];
  const { text, changes } = now.sides.ownDigest(id);
  const digest = () => (before.length === 0 && now.sides.ownDigest(id).changes === changes ? text : undefined);
  const length = await keepLastManifest(now.options.data, id, before, { ...watch.kept(), digest });
  // A disk that was full may have room the next time.
  if (length === undefined || now.watches.get(id) !== watch) return;
  isKept.set(id, mark);
  restsUntil.set(id, performance.now() + (1000 * length) / limits.keptBytesPerSecond);
}
