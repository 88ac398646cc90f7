/** All projects of a bridge: watched side by side, their documents by key, and one manifest over them. */
import type { Buffer } from 'node:buffer';
import { documentKey, documentPlace } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { ProjectAnnounced } from '#contract/machine.ts';
import { readAt } from '../files/read.ts';
import { type Gap, gapOfFile, gapOfFolder, gapOfProject, joinGaps, joinOverNothing } from '../sync/gaps.ts';
import type { Sides } from '../sync/sides.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import type { ProjectState } from '../watch/watch-state.ts';
import { keepManifests } from './keeping.ts';
import { heldIn } from './own-documents.ts';
import type { Project } from './project.ts';
import { createProjectsNow, type ProjectsNow, type ProjectsOptions, startOnce } from './start-project.ts';

export interface ProjectStatus extends ProjectAnnounced {
  readonly root: string;
  readonly state: ProjectState;
  readonly documents: number;
}

/** What a command has changed in a project: files, and folders with all below them. */
interface TouchedInProject {
  readonly project: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface Projects extends AsyncDisposable {
  /** What the machine holds now, with what an absent project held last, and what the relay holds of it. */
  readonly sides: Sides;
  all(): readonly Project[];
  announced(): ProjectAnnounced[];
  status(): readonly ProjectStatus[];
  /** Ids of the projects that are there and were read whole: what they do not have is gone. */
  whole(): ReadonlySet<string>;
  /** A comparison with the relay begins, and must leave this out: projects of which not all files are known (`onAnnounce` says when they are), and what cannot be read. */
  comparing(): readonly Gap[];
  document(key: string): IndexedDocument | undefined;
  /** A document's bytes, if they still are those of its rev; otherwise the file is looked at again. */
  bytes(document: IndexedDocument): Promise<Buffer | undefined>;
  /** Files that were not read yet, of projects whose first look goes on; undefined where none does. */
  unread(): number | undefined;
  /** Documents that the machine holds, with files that were not read yet and are new. */
  total(): number;
  /** Notes on the disk what the relay has, for a start at which reading takes long: as far as it has changed, and not too often. */
  keep(): Promise<void>;
  /** Compares what was touched with the disk, at once: what is not there is gone. */
  takeIn(touched: TouchedInProject): Promise<void>;
  rescan(): Promise<void>;
  /** Watches one more, or one less. One that is slow or cannot be looked at becomes a condition, and holds up nobody. */
  add(root: string): Promise<void>;
  drop(id: string): Promise<void>;
}

/** Scans and watches all projects; resolves when the first scans are over. */
export async function startProjects(options: ProjectsOptions): Promise<Projects> {
  const now = createProjectsNow(options);
  const { watches, sides } = now;
  await Promise.all(options.roots.map((root) => startOnce(now, root)));
  return {
    sides,
    all: () => [...watches.values()].map(({ project }) => project),
    announced: () => announced(now),
    status: () => status(now),
    whole: () => {
      const whole = [...watches].filter(([, watch]) => watch.isWhole() && watch.state() !== 'away');
      return new Set(whole.map(([id]) => id));
    },
    comparing: () => {
      now.leftOut = new Set([...now.unsettled].filter((id) => watches.get(id)?.isListed() !== true));
      return gapsIn(now);
    },
    document: (key) => {
      const { project, path } = documentPlace(key);
      return watches.get(project)?.project.documents.get(path);
    },
    bytes: (document) => bytesOf(now, document),
    unread: () => {
      // One that was dropped is not waited for.
      const early = [...now.early].filter(([id, watch]) => watches.get(id) === watch);
      return early.length === 0 ? undefined : early.reduce((sum, [, { unread }]) => sum + unread(), 0);
    },
    total: () => total(now),
    takeIn: async ({ project, files, folders }) => {
      await watches.get(project)?.takeIn([...files, ...folders]);
    },
    keep: () => keepManifests(now),
    rescan: async () => {
      await Promise.all([...watches.values()].map((watch) => watch.rescan()));
    },
    add: async (root) => {
      if (await startOnce(now, root)) options.onAnnounce();
    },
    drop: (id) => drop(now, id),
    [Symbol.asyncDispose]: () => stop(now),
  };
}

function gapsIn({ leftOut, watches, last, sides }: ProjectsNow): readonly Gap[] {
  const each = [...watches].flatMap(([id, { project, hidden }]) => {
    const { folders, files } = hidden();
    const unknown = files.filter((path) => !project.documents.has(path) && last.get(id)?.heldAt(path) === undefined);
    return [...folders.map((path) => gapOfFolder(id, path)), ...unknown.map((path) => gapOfFile(id, path))];
  });
  const all = joinGaps(each);
  const isFew = all.length <= limits.hiddenLeftOutMax;
  const hidden = isFew ? all : joinOverNothing(all, keysOf(sides)).slice(0, limits.hiddenLeftOutMax);
  return joinGaps([...[...leftOut].map(gapOfProject), ...hidden]);
}

function* keysOf({ own }: Sides): Generator<string> {
  for (const document of own.sorted()) yield documentKey(document);
}

function announced({ kept }: ProjectsNow): ProjectAnnounced[] {
  return [...kept.values()]
    .filter(({ formats }) => formats.length > 0)
    .map(({ id, name, formats }) => ({ id, name, formats }));
}

function status({ watches, kept }: ProjectsNow): readonly ProjectStatus[] {
  return [...watches.values()].map((watch) => {
    const { id, name, root, documents } = watch.project;
    const formats = kept.get(id)?.formats ?? [];
    return { id, name, root, formats, state: watch.state(), documents: documents.size };
  });
}

function total({ sides, early, last }: ProjectsNow): number {
  // Of what it had, the most was not read yet either.
  const fresh = [...early].map(([id, { unread }]) => Math.max(0, unread() - (last.get(id)?.size ?? 0)));
  return fresh.reduce((sum, one) => sum + one, sides.own.size());
}

async function bytesOf(
  { watches, options }: ProjectsNow,
  { project, path, rev }: IndexedDocument,
): Promise<Buffer | undefined> {
  const watch = watches.get(project);
  const cached = options.bodies.get(rev);
  if (cached !== undefined || watch === undefined) return cached;
  const read = await readAt(watch.project.root, path);
  if (read.is === 'file' && 'rev' in read && read.rev === rev) return read.bytes;
  watch.look(path);
  return undefined;
}

async function drop(now: ProjectsNow, id: string): Promise<void> {
  const { watches, kept, last, unsettled, sides, options, starting, keeping } = now;
  const watch = watches.get(id);
  const held = heldIn({ watches: new Map(watches), last: new Map(last) }, id);
  watches.delete(id);
  kept.delete(id);
  last.delete(id);
  unsettled.delete(id);
  keeping.notes.delete(id);
  for (const document of held) sides.changed(documentKey(document), document, undefined);
  // First the watch: a look that is under way would say its conditions again.
  await watch?.[Symbol.asyncDispose]();
  // Its start ends with it; until then the same folder could not be added again.
  if (watch !== undefined) await starting.get(watch.project.root)?.catch(() => undefined);
  const { conditions } = options;
  for (const { topic, project } of conditions.list()) if (project === id) conditions.clear(topic, project);
  options.onAnnounce();
}

async function stop(now: ProjectsNow): Promise<void> {
  now.stopped = true;
  // First what is known: the process may be ended while a look is still under way.
  await keepManifests(now, true);
  await Promise.all([...now.watches.values()].map((watch) => watch[Symbol.asyncDispose]()));
}
