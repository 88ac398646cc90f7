/** Starting to watch one project, so that one that is slow or cannot be looked at becomes a condition and holds up nobody; and what its changes do to the manifest. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { documentKey, documentPlace } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import type { Conditions } from '../conditions.ts';
import type { DataFolder } from '../data/data-folder.ts';
import type { ProjectKept } from '../data/kept-projects.ts';
import { type KeptIndex, readLastManifest } from '../data/last-manifest.ts';
import { formatReaders } from '../formats/index.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import type { Held, HeldPaths } from '../packed/held.ts';
import type { Pending } from '../sync/batch.ts';
import { createSides, type Sides } from '../sync/sides.ts';
import type { Bodies } from '../watch/bodies.ts';
import type { OnHeld } from '../watch/documents.ts';
import type { Change } from '../watch/pass.ts';
import { openProjectWatch, type ProjectWatch } from '../watch/project-watch.ts';
import { createWatchBudget, type WatchBudget } from '../watch/watch-budget.ts';
import type { ProjectState } from '../watch/watch-state.ts';
import { createKeeping, type Keeping, markOf } from './keeping.ts';
import { createOwnDocuments } from './own-documents.ts';

export interface ProjectsOptions {
  readonly data: DataFolder;
  /** Absolute real paths. */
  readonly roots: readonly string[];
  /** Where bytes that were just read wait for their upload. */
  readonly bodies: Bodies;
  readonly onChanges: (changes: readonly Pending[]) => void;
  /** Whether so many changes wait to be sent that reading pauses. */
  readonly isFull?: () => boolean;
  /** To be connected again: a project's formats or presence changed, or one was read whole that a comparison had left out. */
  readonly onAnnounce: () => void;
  readonly watch?: 'events' | 'poll';
  /** The watches that all projects may take; by default a part of what the system allows. */
  readonly watches?: WatchBudget;
  readonly onState: (project: ProjectKept, state: ProjectState, why: string) => void;
  /** A project was read whole for the first time: what is not there now is gone. */
  readonly onWhole?: () => void;
  readonly conditions: Conditions;
}

/** All projects of a bridge, as they are now. */
export interface ProjectsNow {
  readonly options: ProjectsOptions;
  readonly sides: Sides;
  /** By id. */
  readonly watches: Map<string, ProjectWatch>;
  readonly kept: Map<string, ProjectKept>;
  /** First looks that are under way, by root. */
  readonly starting: Map<string, Promise<void>>;
  /** Projects that are told while their first look goes on, by id. */
  readonly early: Map<string, ProjectWatch>;
  /** What projects had when the bridge last ended and that was not found yet, by id. */
  readonly last: Map<string, HeldPaths>;
  /** Ids of those that were not read whole since. */
  readonly unsettled: Set<string>;
  /** Ids of those that the last comparison with the relay left out. */
  leftOut: ReadonlySet<string>;
  /** The watches that all projects may take. */
  readonly budget: WatchBudget;
  readonly keeping: Keeping;
  stopped: boolean;
}

/** Without projects at first. */
export function createProjectsNow(options: ProjectsOptions): ProjectsNow {
  const watches: ProjectsNow['watches'] = new Map();
  const last: ProjectsNow['last'] = new Map();
  return {
    ...{ options, watches, last, sides: createSides(createOwnDocuments({ watches, last })) },
    ...{ kept: new Map(), starting: new Map(), early: new Map(), unsettled: new Set(), leftOut: new Set() },
    budget: options.watches ?? createWatchBudget(),
    keeping: createKeeping(),
    stopped: false,
  };
}

/** Watches the project at a root. Whether it is watched now; one that is on its way is not begun twice. */
export async function startOnce(now: ProjectsNow, root: string): Promise<boolean> {
  const { starting, options, watches } = now;
  if (starting.has(root)) return false;
  if ([...watches.values()].some(({ project }) => project.root === root)) return true;
  const begin = (onEarly: () => void) => {
    const started = start(now, root, onEarly).finally(() => starting.delete(root));
    starting.set(root, started);
    return started;
  };
  return await startWithin(root, begin, options);
}

async function start(now: ProjectsNow, root: string, onEarly: () => void): Promise<void> {
  const { options, kept, early, watches, unsettled } = now;
  const known = await options.data.keepProject(root, {});
  const { id } = known;
  kept.set(id, known);
  unsettled.add(id);
  const watch = watchProject(now, known);
  const last = await readLastManifest(options.data, id);
  // One that is still being read has what it had: the relay would take it for emptied.
  countLast(now, id, last.held);
  const isKnown = last.index !== undefined && countKnown(now, watch, last.index);
  const look = watch.begin();
  const longMs = isKnown ? limits.knownLookMs : limits.firstLookMs;
  if ((await takesLong(look, longMs)) && (await showEarly(now, watch))) onEarly();
  await look;
  // Stopped, or dropped while it was read.
  if (now.stopped || ((isKnown || early.has(id)) && !watches.has(id))) {
    early.delete(id);
    return await watch[Symbol.asyncDispose]();
  }
  const isTold = early.has(id);
  if (!watches.has(id)) count(now, watch);
  // Formats that find no room on the disk are noted with the next change.
  await noteFormats(now, watch).catch(() => undefined);
  early.delete(id);
  settleLast(now, watch);
  // The upload waits to hear that this is all.
  if (isTold) options.onChanges([]);
}

/** Once a project was read whole, what it had before and was not found is gone. Not before: it may be among what is still to be read, or on a disk that is away. */
function settleLast(now: ProjectsNow, watch: ProjectWatch): void {
  const { last, unsettled, watches, early, sides, options, leftOut } = now;
  const { id } = watch.project;
  if (!watch.isWhole() || early.has(id) || watches.get(id) !== watch) return;
  if (!unsettled.delete(id)) return;
  const before = last.get(id);
  // What cannot be read is not gone: the relay keeps what it had.
  const gone = [...(before?.sorted() ?? [])].filter((path) => !watch.cannotRead(path));
  for (const path of gone) forgetLast({ last, sides }, id, path);
  options.onWhole?.();
  if (gone.length > 0) options.onChanges(gone.map((path) => ({ project: id, path })));
  if (leftOut.has(id)) options.onAnnounce();
}

/** What a project had counts as there, until it was found, or was found to be gone. */
function countLast({ last, sides }: ProjectsNow, id: string, held: HeldPaths): void {
  last.set(id, held);
  sides.kept(id, { size: held.size, entries: () => entriesOf(id, held.sorted(), held.heldAt) });
}

function* entriesOf(id: string, paths: Iterable<string>, heldAt: HeldPaths['heldAt']) {
  for (const path of paths) {
    const held = heldAt(path);
    if (held !== undefined) yield [documentKey({ project: id, path }), held] as const;
  }
}

/** A project begins with the documents that it had when it was last kept. Whether there are any. */
function countKnown({ watches, sides, keeping }: ProjectsNow, watch: ProjectWatch, index: KeptIndex): boolean {
  const { id, documents } = watch.project;
  watch.recall(index);
  if (documents.size === 0) return false;
  watches.set(id, watch);
  const entries = () => entriesOf(id, documents.keys(), documents.heldAt);
  sides.kept(id, { size: documents.size, digest: index.digest(), entries });
  // One without a digest lacks something.
  if (index.digest() !== undefined) keeping.notes.set(id, { mark: markOf({ sides }, watch), restsUntil: 0 });
  return true;
}

/** What was read of a project counts from now on, and each of its changes. */
function count({ watches, last, sides }: ProjectsNow, watch: ProjectWatch): void {
  const { id, documents } = watch.project;
  watches.set(id, watch);
  for (const path of documents.keys()) {
    const before = takeLast({ last }, id, path);
    sides.changed(documentKey({ project: id, path }), before, documents.heldAt(path));
  }
}

function countChange(now: ProjectsNow, watch: ProjectWatch, ...[path, before, held]: Parameters<OnHeld>): void {
  const { id } = watch.project;
  if (now.watches.get(id) !== watch) return;
  const last = before ?? takeLast(now, id, path);
  // What is as it was is not asked for.
  if (held !== undefined && before === undefined && last?.rev === held.rev) now.options.bodies.drop(held.rev);
  now.sides.changed(documentKey({ project: id, path }), last, held);
}

/** What a project had at a path, which counts no more. */
function takeLast({ last }: Pick<ProjectsNow, 'last'>, id: string, path: string): Held | undefined {
  const held = last.get(id)?.heldAt(path);
  if (held !== undefined) last.get(id)?.remove(path);
  return held;
}

/** What a project had at a path is gone. */
function forgetLast(now: Pick<ProjectsNow, 'last' | 'sides'>, id: string, path: string): void {
  now.sides.changed(documentKey({ project: id, path }), takeLast(now, id, path), undefined);
}

async function takesLong(look: Promise<void>, longMs: number): Promise<boolean> {
  const waiting = new AbortController();
  const long = delay(longMs, true, { signal: waiting.signal }).catch(() => false);
  return await Promise.race([look.then(() => false), long]).finally(() => waiting.abort());
}

/** Tells what was read so far, and from now on what is read; false where it is not known yet what kind of project it is. */
async function showEarly(now: ProjectsNow, watch: ProjectWatch): Promise<boolean> {
  const { id, layouts } = watch.project;
  if (now.stopped || layouts.length === 0) return false;
  if (!now.watches.has(id)) count(now, watch);
  now.early.set(id, watch);
  await noteFormats(now, watch).catch(() => undefined);
  watch.tellNow();
  // Of a known one that may be few of very many.
  takeChanges(
    now,
    watch,
    [...now.sides.differing()].map(documentPlace).filter(({ project }) => project === id),
  );
  return true;
}

function watchProject(now: ProjectsNow, known: ProjectKept): ProjectWatch {
  const { id, name, root } = known;
  const { bodies, conditions, onState, isFull, watch: how } = now.options;
  const watch: ProjectWatch = openProjectWatch({
    ...{ id, name, root, bodies, neverLeaves, readers: formatReaders, watches: now.budget },
    ...(how && { watch: how }),
    ...(isFull && { isFull }),
    onHeld: (path, ...held) => countChange(now, watch, path, ...held),
    onChanges: (changes) => takeChanges(now, watch, changes),
    onCondition: (topic, said) =>
      said === undefined ? conditions.clear(topic, id) : conditions.say({ topic, project: id, ...said }),
    onState: (state, why) => onState(known, state, why),
    onWhole: () => settleLast(now, watch),
  });
  return watch;
}

function takeChanges(now: ProjectsNow, watch: ProjectWatch, changes: readonly Change[]): void {
  const { id, documents } = watch.project;
  if (now.watches.get(id) !== watch) return;
  for (const { path } of changes) if (!documents.has(path)) forgetLast(now, id, path);
  now.options.onChanges(changes);
  // Formats that find no room on the disk are noted with the next change.
  noteFormats(now, watch).catch(() => undefined);
}

async function noteFormats({ options, kept }: ProjectsNow, { project }: ProjectWatch): Promise<void> {
  const { data, onAnnounce } = options;
  const formats = project.layouts.map(({ format }) => format);
  const before = kept.get(project.id)?.formats ?? [];
  if (formats.length === 0 || formats.join() === before.join()) return;
  // One that was removed meanwhile is not kept again.
  if (!data.projects().some(({ id }) => id === project.id)) return;
  kept.set(project.id, await data.keepProject(project.root, { formats }));
  if (before.length > 0) onAnnounce();
}

/** Whether it was started in time. */
async function startWithin(
  root: string,
  begin: (onEarly: () => void) => Promise<void>,
  { conditions, onAnnounce }: ProjectsOptions,
): Promise<boolean> {
  const topic = `slow-start-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
  const hint = 'The bridge continues with the other projects. Check the disk and the contents of the folder.';
  const waiting = new AbortController();
  const early = Promise.withResolvers<boolean>();
  const started = begin(() => early.resolve(true)).then(
    () => {
      conditions.clear(topic);
      // What the relay was told had nothing of it.
      if (waiting.signal.aborted) onAnnounce();
      return true;
    },
    (error: unknown) => {
      conditions.say({ topic, title: `Could not read ${root}: ${reasonOf(error)}`, hint });
      return false;
    },
  );
  const timer = setTimeout(() => {
    conditions.say({ topic, title: `Reading ${root} for the first time takes long.`, hint });
    waiting.abort();
  }, limits.projectLookMs);
  const inTime = await Promise.race([started, early.promise, once(waiting.signal, 'abort').then(() => false)]);
  clearTimeout(timer);
  return inTime;
}
