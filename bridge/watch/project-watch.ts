/** Watches one project: keeps its index equal to its files with hints, second looks and rescans, and reports its state. Everything that changes the index runs one after another. */
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import type { KeptIndex } from '../data/last-manifest.ts';
import type { Project } from '../projects/project.ts';
import { inFolder } from './describe.ts';
import { createDocumentIndex } from './documents.ts';
import { scan, stand } from './keep-index.ts';
import { lookAtReviewed, takeHints, takeOwn } from './look-at.ts';
import { createSettle } from './settle.ts';
import { lookInSlices } from './slices.ts';
import { createTimers, createTurns } from './turns.ts';
import { type ProjectState, type ProjectWatchOptions, planRescan, type WatchState } from './watch-state.ts';
import { stopWatching } from './watching.ts';

export interface ProjectWatch extends AsyncDisposable {
  readonly project: Project;
  state(): ProjectState;
  /** Looks at a path where something may have happened. */
  look(path: string): void;
  /** Compares paths with the disk. Vanished files are removed at once, because the caller knows what happened. */
  takeIn(paths: readonly string[]): Promise<void>;
  /** Scans the project; resolves when that is over, or the project is found to be away. Call it once. */
  begin(): Promise<void>;
  /** Tells changes from now on, while the first scan goes on. */
  tellNow(): void;
  /** Takes what it had when it was last kept, and begins with that. Call it before `begin`. */
  recall(kept: Omit<KeptIndex, 'digest'>): void;
  /** What the next start needs of it. */
  kept(): Omit<KeptIndex, 'digest'>;
  /** Another text once the next start needs something else of it. */
  keptMark(): string;
  /** Whether it has been read whole. */
  isWhole(): boolean;
  /** Whether all files were read that it did not know when it began: what it does not have is not there. */
  isListed(): boolean;
  /** Files of the current scan that were not read yet and are new. */
  unread(): number;
  /** Whether there may be a file at a path that could not be read at the last look. */
  cannotRead(path: string): boolean;
  /** Folders that could not be listed at the last look and of which no document is known, and files that could not be read. */
  hidden(): { readonly folders: readonly string[]; readonly files: readonly string[] };
  /** Compares everything with the disk. */
  rescan(): Promise<void>;
}

/** A project that is scanned once `begin` is called, and watched until disposed. */
export function openProjectWatch(options: ProjectWatchOptions): ProjectWatch {
  const settle = createSettle((paths) => watch.turns.runSoon(() => takeHints(watch, paths)));
  const watch: WatchState = {
    options,
    index: createDocumentIndex(options.id, options.onHeld),
    timers: createTimers(),
    turns: createTurns((error) => options.onState(watch.state, `a look failed: ${reasonOf(error)}`)),
    unreadable: new Map(),
    closed: [],
    touch: settle.touch,
    rescan: () => rescan(watch),
    lookInSlices: () => lookInSlices(watch),
    lookAtReviewed: () => lookAtReviewed(watch),
    reviewedSeen: new Set(),
    ground: undefined,
    state: 'away',
    watcher: undefined,
    scanned: false,
    whole: false,
    untilWhole: Promise.withResolvers(),
    tells: false,
    unread: undefined,
    busy: false,
    isGroundAsked: false,
    isAwaited: false,
    slices: {
      ...{ bare: 0, of: 0, why: '', planned: false, left: [], known: new Map(), beganAt: undefined },
      ...{ most: 16, waitMs: limits.awayLookMs, periodMs: 0, isMeasured: false },
    },
    ...{ scanMs: 0, saidMs: 0 },
    describedBy: undefined,
    rulesSeen: undefined,
  };
  return {
    project: projectOf(watch),
    begin: () => begin(watch),
    tellNow: () => {
      watch.tells = true;
    },
    recall: ({ describedBy, items }) => {
      watch.index.restore(items);
      watch.describedBy = describedBy;
    },
    kept: () => ({ describedBy: watch.describedBy, items: watch.index.kept() }),
    keptMark: () => `${watch.index.changes()} ${watch.describedBy}`,
    ...foundBy(watch),
    state: () => watch.state,
    look: settle.touch,
    takeIn: async (paths) => void (await watch.turns.runSoon(() => takeOwn(watch, new Set(paths)))),
    rescan: watch.rescan,
    [Symbol.asyncDispose]: async () => {
      watch.timers.stop();
      settle.stop();
      await watch.turns.stop();
      await stopWatching(watch);
    },
  };
}

type Found = Pick<ProjectWatch, 'isWhole' | 'isListed' | 'unread' | 'cannotRead' | 'hidden'>;

/** What looks have found, and have not found yet. */
function foundBy(watch: WatchState): Found {
  return {
    isWhole: () => watch.whole,
    isListed: () => watch.whole || (watch.unread ?? 1) <= 0,
    unread: () => watch.unread ?? 0,
    cannotRead: (path) => watch.unreadable.has(path) || watch.closed.some((folder) => inFolder(path, folder)),
    hidden: () => ({
      folders: watch.closed.filter((folder) => watch.index.under(folder).length === 0),
      files: [...watch.unreadable.keys()],
    }),
  };
}

async function begin(watch: WatchState): Promise<void> {
  await watch.turns.run(() => stand(watch));
  watch.scanned = true;
  watch.tells = true;
  planRescan(watch);
}

async function rescan(watch: WatchState): Promise<void> {
  watch.isGroundAsked = watch.busy;
  await watch.turns.run(async () => {
    if (await stand(watch)) await scan(watch);
  });
  planRescan(watch);
}

function projectOf(watch: WatchState): Project {
  const { id, name, root } = watch.options;
  const { documents, specs } = watch.index;
  return {
    id,
    name,
    root,
    get layouts() {
      return watch.ground?.layouts.map(({ layout }) => layout) ?? [];
    },
    get rules() {
      return watch.ground?.rules;
    },
    untilRead: () => {
      if (watch.whole) return undefined;
      watch.isAwaited = true;
      return watch.untilWhole.promise;
    },
    documents,
    specs,
  };
}
