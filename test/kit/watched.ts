/** A project in a temporary folder, watched by the bridge's own watcher, with what it told so far. */
import { statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatReaders } from '../../bridge/formats/index.ts';
import { neverLeaves } from '../../bridge/leaving/never-leaves.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import type { IndexedDocument } from '../../bridge/watch/indexed-document.ts';
import { openProjectWatch, type ProjectWatch } from '../../bridge/watch/project-watch.ts';
import { createWatchBudget } from '../../bridge/watch/watch-budget.ts';
import type { ProjectWatchOptions } from '../../bridge/watch/watch-state.ts';
import { eventually } from './eventually.ts';
import { openTemporaryFolder, writeFiles } from './projects.ts';

const marker = 'specs/999-marker/README.md';

export interface Watched extends AsyncDisposable {
  readonly root: string;
  /** `put path`, `delete path` or `move from → to`, in order. */
  told(): string[];
  /** Revs that any document had when it was told. */
  revsTold(): string[];
  has(path: string): boolean;
  document(path: string): IndexedDocument | undefined;
  titleOf(path: string): string | undefined;
  sizeOnDisk(path: string): number;
  state(): string;
  /** The title of a condition, while it lasts. */
  condition(topic: string): string | undefined;
  /** The formats that the project is kept in, as it is watched now. */
  formats(): string[];
  rescan(): Promise<void>;
  /** Waits for all to be read, as a command does that names what is not known yet. */
  untilRead(): Promise<void>;
  /** Takes in what a command has done at a path. */
  takeIn(path: string): Promise<void>;
  /** Resolves when a file that came and went after everything else has been told, so that nothing before is still on its way. */
  quiet(): Promise<void>;
}

/** The line to the relay: while it is full, whoever reads much waits. */
export interface Line {
  isFull: boolean;
}

/** The watch of a project that has not begun; nobody hears of it but by `options`. */
export function watchOf(root: string, options: Partial<ProjectWatchOptions> = {}): ProjectWatch {
  return openProjectWatch({
    ...{ id: 'project1', name: 'project', root, readers: formatReaders, neverLeaves, bodies: createBodies() },
    ...{ watches: createWatchBudget(), onChanges: () => undefined },
    ...{ onState: () => undefined, onCondition: () => undefined },
    ...options,
  });
}

/** What the next start of a project goes on with. */
export function keptOf(watch: ProjectWatch): ReturnType<ProjectWatch['kept']> {
  const kept = watch.kept();
  return { ...kept, items: [...kept.items] };
}

/** Watches what `make` writes below a new folder; resolves when every later change will be seen. Where the line is full from the start, that is before all is read. */
export async function openWatched(
  make: (root: string) => Promise<unknown>,
  { watch = 'events', watches, line }: { watch?: 'events' | 'poll'; watches?: number; line?: Line } = {},
): Promise<Watched> {
  const conditions: Map<string, { readonly title: string; readonly hint: string }> = new Map();
  const folder = await openTemporaryFolder();
  const root = join(folder.path, 'project');
  await mkdir(root);
  await make(root);
  const told: string[] = [];
  const revs: string[] = [];
  const ready = Promise.withResolvers<void>();
  const project = watchOf(root, {
    onReady: ready.resolve,
    onCondition: (topic, said) => (said === undefined ? conditions.delete(topic) : conditions.set(topic, said)),
    watch,
    isFull: () => line?.isFull ?? false,
    watches: createWatchBudget(watches),
    onChanges: (changes) => {
      for (const { path, from } of changes.filter((change) => change.path !== marker)) {
        const document = project.project.documents.get(path);
        if (document !== undefined) revs.push(document.rev);
        told.push(
          from === undefined ? `${document === undefined ? 'delete' : 'put'} ${path}` : `move ${from} → ${path}`,
        );
      }
    },
  });
  const begun = project.begin();
  if (line?.isFull) project.tellNow();
  else await Promise.all([begun, ready.promise]);
  const { documents } = project.project;
  return {
    root,
    told: () => [...told],
    revsTold: () => [...revs],
    has: (path) => documents.has(path),
    document: (path) => documents.get(path),
    titleOf: (path) => documents.get(path)?.title,
    sizeOnDisk: (path) => statSync(join(root, path)).size,
    state: project.state,
    condition: (topic) => conditions.get(topic)?.title,
    formats: () => project.project.layouts.map(({ format }) => format),
    rescan: project.rescan,
    untilRead: async () => await project.project.untilRead?.(),
    takeIn: (path) => project.takeIn([path]),
    quiet: async () => {
      await writeFiles(root, { [marker]: '# Marker\n' });
      await eventually(() => documents.has(marker));
      await rm(dirname(join(root, marker)), { recursive: true });
      await eventually(() => !documents.has(marker));
    },
    [Symbol.asyncDispose]: async () => {
      await project[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
