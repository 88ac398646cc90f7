/** All projects of a bridge: watched side by side, their documents by key, and one manifest over them. */
import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ManifestEntry } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import type { ProjectAnnounced } from '#contract/machine.ts';
import type { Conditions } from './conditions.ts';
import type { DataFolder, ProjectKept } from './data.ts';
import { formatReaders } from './formats/index.ts';
import { neverLeaves } from './leaving/never-leaves.ts';
import { writePrivate } from './private-file.ts';
import type { IndexedDocument, Project } from './project.ts';
import type { Pending } from './sync/batch.ts';
import { createManifest, type Manifest } from './sync/digest.ts';
import { createBodies } from './watch/bodies.ts';
import type { Change } from './watch/look.ts';
import { type ProjectWatch, startProjectWatch } from './watch/project-watch.ts';
import { readAt } from './watch/read.ts';
import type { ProjectState } from './watch/watch-state.ts';

export interface ProjectsOptions {
  readonly data: DataFolder;
  /** Absolute real paths. */
  readonly roots: readonly string[];
  readonly onChanges: (changes: readonly Pending[]) => void;
  /** A project's formats or presence changed: what connect announces is other now. */
  readonly onAnnounce: () => void;
  readonly watch?: 'events' | 'poll';
  readonly onState: (project: ProjectKept, state: ProjectState, why: string) => void;
  readonly conditions: Conditions;
}

export interface ProjectStatus extends ProjectAnnounced {
  readonly root: string;
  readonly state: ProjectState;
  readonly documents: number;
}

export interface Projects extends AsyncDisposable {
  /** What the machine holds now, with what an absent project held last. */
  readonly manifest: Manifest;
  all(): readonly Project[];
  announced(): ProjectAnnounced[];
  status(): readonly ProjectStatus[];
  document(key: string): IndexedDocument | undefined;
  /** A document's bytes, if they still are those of its rev; otherwise the file is looked at again. */
  bytes(document: IndexedDocument): Promise<Buffer | undefined>;
  /** Compares paths (files, or folders with all below them) of a project with the disk, at once: what is not there is gone. */
  takeIn(project: string, paths: readonly string[]): Promise<void>;
  /** The relay has these bytes. */
  uploaded(rev: string): void;
  rescan(): Promise<void>;
  /** Watches one more, or one less. One that is slow or cannot be looked at becomes a condition, and holds up nobody. */
  add(root: string): Promise<void>;
  drop(id: string): Promise<void>;
}

/** Scans and watches all projects; resolves when the first scans are over. */
export async function startProjects(options: ProjectsOptions): Promise<Projects> {
  const { data } = options;
  const bodies = createBodies();
  const manifest = createManifest();
  const watches = new Map<string, ProjectWatch>();
  const kept = new Map<string, ProjectKept>();
  /** Roots whose first look is under way. */
  const starting = new Set<string>();
  let stopped = false;

  const onChanges = (watch: ProjectWatch, changes: readonly Change[]) => {
    if (watches.get(watch.project.id) !== watch) return;
    for (const { project, path, from } of changes) {
      const document = watch.project.documents.get(path);
      if (from !== undefined) manifest.remove(`${project}\n${from}`);
      if (document === undefined) manifest.remove(`${project}\n${path}`);
      else manifest.put(document);
    }
    options.onChanges(changes);
    // Formats that find no room on the disk are noted with the next change.
    noteFormats(watch).catch(() => undefined);
  };
  const noteFormats = async ({ project }: ProjectWatch) => {
    const formats = project.layouts.map(({ format }) => format);
    const before = kept.get(project.id)?.formats ?? [];
    if (formats.length === 0 || formats.join() === before.join()) return;
    // One that was removed meanwhile is not kept again.
    if (!data.projects().some(({ id }) => id === project.id)) return;
    kept.set(project.id, await data.keepProject(project.root, { formats }));
    if (before.length > 0) options.onAnnounce();
  };
  const start = async (root: string) => {
    const known = await data.keepProject(root, {});
    const { id, name } = known;
    kept.set(id, known);
    let watch: ProjectWatch | undefined;
    watch = await startProjectWatch({
      id,
      name,
      root,
      readers: formatReaders,
      neverLeaves,
      bodies,
      onChanges: (changes) => watch && onChanges(watch, changes),
      ...(options.watch && { watch: options.watch }),
      onCondition: (topic, said) =>
        said === undefined
          ? options.conditions.clear(topic, id)
          : options.conditions.say({ topic, project: id, ...said }),
      onState: (state, why) => options.onState(known, state, why),
    });
    if (stopped) return await watch[Symbol.asyncDispose]();
    watches.set(id, watch);
    await noteFormats(watch);
    if (watch.state() !== 'away') for (const document of watch.project.documents.values()) manifest.put(document);
    // What cannot be read at this start is not gone: the relay keeps what it had.
    for (const entry of await readLastManifest(data, id))
      if (watch.state() === 'away' || watch.cannotRead(entry.path)) manifest.put(entry);
  };
  /** Whether it is watched now; one that is on its way is not begun twice. */
  const startOnce = async (root: string): Promise<boolean> => {
    if (starting.has(root)) return false;
    starting.add(root);
    return await startWithin(root, (of) => start(of).finally(() => starting.delete(of)), options);
  };
  await Promise.all(options.roots.map(startOnce));

  const projects = () => [...watches.values()].map((watch) => watch.project);
  return {
    manifest,
    all: projects,
    announced: () =>
      [...kept.values()]
        .filter(({ formats }) => formats.length > 0)
        .map(({ id, name, formats }) => ({ id, name, formats })),
    status: () =>
      [...watches.values()].map((watch) => {
        const { id, name, root, documents } = watch.project;
        return {
          id,
          name,
          root,
          formats: kept.get(id)?.formats ?? [],
          state: watch.state(),
          documents: documents.size,
        };
      }),
    document: (key) => {
      const at = key.indexOf('\n');
      return watches.get(key.slice(0, at))?.project.documents.get(key.slice(at + 1));
    },
    bytes: async ({ project, path, rev }) => {
      const watch = watches.get(project);
      const cached = bodies.get(rev);
      if (cached !== undefined || watch === undefined) return cached;
      const read = await readAt(watch.project.root, path);
      if (read.is === 'file' && 'rev' in read && read.rev === rev) return read.bytes;
      watch.look(path);
      return undefined;
    },
    takeIn: async (project, paths) => await watches.get(project)?.takeIn(paths),
    uploaded: bodies.drop,
    rescan: async () => {
      await Promise.all([...watches.values()].map((watch) => watch.rescan()));
    },
    add: async (root) => {
      if (await startOnce(root)) options.onAnnounce();
    },
    drop: async (id) => {
      const watch = watches.get(id);
      watches.delete(id);
      kept.delete(id);
      for (const key of [...manifest.held.keys()]) if (key.startsWith(`${id}\n`)) manifest.remove(key);
      // First the watch: a look that is under way would say its conditions again.
      await watch?.[Symbol.asyncDispose]();
      for (const { topic, project } of options.conditions.list())
        if (project === id) options.conditions.clear(topic, project);
      options.onAnnounce();
    },
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      await Promise.all([...watches.values()].map((watch) => watch[Symbol.asyncDispose]()));
      await Promise.all(projects().map(({ id }) => keepLastManifest(data, id, manifest)));
    },
  };
}

/** Starts one project; one that takes too long, or fails, holds up no other and is told. Whether it was started in time. */
async function startWithin(
  root: string,
  start: (root: string) => Promise<void>,
  { conditions, onAnnounce }: Pick<ProjectsOptions, 'conditions' | 'onAnnounce'>,
): Promise<boolean> {
  const topic = `slow-start-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
  const hint = 'The bridge continues with the other projects. Check the disk and the contents of the folder.';
  const waiting = new AbortController();
  const started = start(root).then(
    () => {
      conditions.clear(topic);
      // What the relay was told had nothing of it.
      if (waiting.signal.aborted) onAnnounce();
      return true;
    },
    (error: unknown) => {
      conditions.say({ topic, title: `Could not read ${root}: ${String(error)}`, hint });
      return false;
    },
  );
  const timer = setTimeout(() => {
    conditions.say({ topic, title: `Reading ${root} for the first time takes long.`, hint });
    waiting.abort();
  }, limits.projectLookMs);
  const inTime = await Promise.race([started, once(waiting.signal, 'abort').then(() => false)]);
  clearTimeout(timer);
  return inTime;
}

function manifestFile(data: DataFolder, id: string): string {
  return join(data.path, 'manifests', `${id}.json`);
}

/** So that a project that is not there at the next start (unmounted) is not taken for emptied. */
async function keepLastManifest(data: DataFolder, id: string, { held }: Manifest): Promise<void> {
  const entries: ManifestEntry[] = held
    .values()
    .filter(({ project }) => project === id)
    .map(({ project, path, rev, describe }): ManifestEntry => [project, path, rev, describe])
    .toArray();
  if (entries.length === 0) return;
  await writePrivate(manifestFile(data, id), JSON.stringify(entries)).catch(() => undefined);
}

async function readLastManifest(data: DataFolder, id: string) {
  const text = await readFile(manifestFile(data, id), 'utf8').catch(() => '[]');
  const parsed = v.safeParse(v.array(ManifestEntry), parseJson(text));
  const entries = parsed.success ? parsed.output.filter(([project]) => project === id) : [];
  return entries.map(([project, path, rev, describe]) => ({ project, path, rev, describe }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
