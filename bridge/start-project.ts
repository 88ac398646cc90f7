/** Starting to watch one project, so that one that is slow or cannot be looked at becomes a condition and holds up nobody; and what its changes do to the manifest. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { limits } from '#contract/limits.ts';
import type { Conditions } from './conditions.ts';
import type { DataFolder } from './data.ts';
import { formatReaders } from './formats/index.ts';
import type { ProjectKept } from './kept-projects.ts';
import { readLastManifest } from './last-manifest.ts';
import { neverLeaves } from './leaving/never-leaves.ts';
import type { Pending } from './sync/batch.ts';
import type { Manifest } from './sync/digest.ts';
import type { Bodies } from './watch/bodies.ts';
import type { Change } from './watch/look.ts';
import { type ProjectWatch, startProjectWatch } from './watch/project-watch.ts';
import type { ProjectState } from './watch/watch-state.ts';

export interface ProjectsOptions {
  readonly data: DataFolder;
  /** Absolute real paths. */
  readonly roots: readonly string[];
  /** Where bytes that were just read wait for their upload. */
  readonly bodies: Bodies;
  readonly onChanges: (changes: readonly Pending[]) => void;
  /** A project's formats or presence changed: what connect announces is other now. */
  readonly onAnnounce: () => void;
  readonly watch?: 'events' | 'poll';
  readonly onState: (project: ProjectKept, state: ProjectState, why: string) => void;
  readonly conditions: Conditions;
}

/** All projects of a bridge, as they are now. */
export interface ProjectsNow {
  readonly options: ProjectsOptions;
  readonly manifest: Manifest;
  /** By id. */
  readonly watches: Map<string, ProjectWatch>;
  readonly kept: Map<string, ProjectKept>;
  /** Roots whose first look is under way. */
  readonly starting: Set<string>;
  stopped: boolean;
}

/** Watches the project at a root. Whether it is watched now; one that is on its way is not begun twice. */
export async function startOnce(now: ProjectsNow, root: string): Promise<boolean> {
  const { starting, options, watches } = now;
  if (starting.has(root)) return false;
  if ([...watches.values()].some(({ project }) => project.root === root)) return true;
  starting.add(root);
  return await startWithin(root, () => start(now, root).finally(() => starting.delete(root)), options);
}

async function start(now: ProjectsNow, root: string): Promise<void> {
  const { options, watches, kept, manifest } = now;
  const known = await options.data.keepProject(root, {});
  const { id } = known;
  kept.set(id, known);
  const watch = await watchProject(now, known);
  if (now.stopped) return await watch[Symbol.asyncDispose]();
  watches.set(id, watch);
  await noteFormats(now, watch);
  const isAway = watch.state() === 'away';
  if (!isAway) for (const document of watch.project.documents.values()) manifest.put(document);
  // What cannot be read at this start is not gone: the relay keeps what it had.
  for (const entry of await readLastManifest(options.data, id))
    if (isAway || watch.cannotRead(entry.path)) manifest.put(entry);
}

async function watchProject(now: ProjectsNow, known: ProjectKept): Promise<ProjectWatch> {
  const { id, name, root } = known;
  const { bodies, conditions, onState, watch: how } = now.options;
  let watch: ProjectWatch | undefined;
  watch = await startProjectWatch({
    ...{ id, name, root, bodies, neverLeaves, readers: formatReaders },
    ...(how && { watch: how }),
    onChanges: (changes) => watch && takeChanges(now, watch, changes),
    onCondition: (topic, said) =>
      said === undefined ? conditions.clear(topic, id) : conditions.say({ topic, project: id, ...said }),
    onState: (state, why) => onState(known, state, why),
  });
  return watch;
}

function takeChanges(now: ProjectsNow, watch: ProjectWatch, changes: readonly Change[]): void {
  const { manifest, options } = now;
  if (now.watches.get(watch.project.id) !== watch) return;
  for (const { project, path, from } of changes) {
    const document = watch.project.documents.get(path);
    if (from !== undefined) manifest.remove(`${project}\n${from}`);
    if (document === undefined) manifest.remove(`${project}\n${path}`);
    else manifest.put(document);
  }
  options.onChanges(changes);
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
  begin: () => Promise<void>,
  { conditions, onAnnounce }: ProjectsOptions,
): Promise<boolean> {
  const topic = `slow-start-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
  const hint = 'The bridge continues with the other projects. Check the disk and the contents of the folder.';
  const waiting = new AbortController();
  const started = begin().then(
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
