/** Writes down what projects hold, for the next start. A link that comes and goes asks for it at each connect, so nothing is written twice, and a long list not often. */
import { limits } from '#contract/limits.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { keepLastManifest } from '../data/last-manifest.ts';
import type { HeldPaths } from '../packed/held.ts';
import type { Sides } from '../sync/sides.ts';
import type { ProjectWatch } from '../watch/project-watch.ts';
import { heldIn } from './own-documents.ts';

export interface Keeping {
  /** The newest note of each project, by id. */
  readonly notes: Map<string, Note>;
  /** Resolves once all notes that were begun are on the disk. */
  last: Promise<void>;
}

interface Note {
  /** The `markOf` the project then. */
  readonly mark: string;
  /** By `performance.now()`: until then, only the end of the bridge writes a newer one. */
  readonly restsUntil: number;
}

/** The parts of `ProjectsNow` that a note is made of. */
interface Held {
  readonly options: { readonly data: DataFolder };
  readonly sides: Pick<Sides, 'ownDigest'>;
  readonly watches: ReadonlyMap<string, ProjectWatch>;
  readonly last: ReadonlyMap<string, HeldPaths>;
  readonly keeping: Keeping;
}

/** Nothing is noted yet. */
export function createKeeping(): Keeping {
  return { notes: new Map(), last: Promise.resolve() };
}

/** A text that changes with all that a note would hold. */
export function markOf({ sides }: Pick<Held, 'sides'>, watch: ProjectWatch): string {
  return `${sides.ownDigest(watch.project.id).changes} ${watch.keptMark()}`;
}

/** Notes what has changed; at the end of the bridge (`isEnd`) also what was noted a short while ago. One after the other: a bridge may be ended while it notes what is up. */
export function keepManifests(now: Held, isEnd = false): Promise<void> {
  const { keeping } = now;
  keeping.last = keeping.last.then(async () => {
    await Promise.all([...now.watches.values()].map((watch) => keepOne(now, watch, isEnd)));
  });
  return keeping.last;
}

async function keepOne(now: Held, watch: ProjectWatch, isEnd: boolean): Promise<void> {
  const { id } = watch.project;
  const { notes } = now.keeping;
  const before = notes.get(id);
  // What changes while it is written is noted the next time.
  const mark = markOf(now, watch);
  if (before?.mark === mark) return;
  if (!isEnd && performance.now() < (before?.restsUntil ?? 0)) return;
  // What it had before and was not found yet is not in its index.
  const unfound = [...heldIn({ watches: new Map(), last: now.last }, id)];
  const { text, changes } = now.sides.ownDigest(id);
  const digest = () => (unfound.length === 0 && now.sides.ownDigest(id).changes === changes ? text : undefined);
  const length = await keepLastManifest(now.options.data, id, unfound, { ...watch.kept(), digest });
  // A disk that was full may have room the next time.
  if (length === undefined || now.watches.get(id) !== watch) return;
  notes.set(id, { mark, restsUntil: performance.now() + (1000 * length) / limits.keptBytesPerSecond });
}
