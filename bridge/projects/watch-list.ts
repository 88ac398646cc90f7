/** Which projects this machine watches, changed from afar: what the tools have registered beside them, adding one of those, and removing one. */
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { nameOf } from '../data/kept-projects.ts';
import { readParsed, writePrivate } from '../data/private-file.ts';
import { formatsAt, isInside, projectsAmong } from './discover.ts';
import { findProject } from './find-project.ts';
import type { Projects } from './projects.ts';
import { type Env, homeOf, readRegistries } from './registries.ts';
import { type Workspace, workspacesOf } from './workspaces.ts';

/** A project that could be watched. */
export interface Discovered {
  /** Names it for `add`, on this machine and for good. Tells nothing of where it is. */
  readonly key: string;
  readonly name: string;
  readonly formats: readonly string[];
  /** Absolute real path. */
  readonly folder: string;
}

interface Changed {
  readonly key: string;
  /** The project's id. */
  readonly project: string;
  readonly name: string;
  readonly formats: readonly string[];
}

export interface WatchList {
  /** What the registries name and nobody watches, and what `remove` removed; without those that `projects rm` declined. */
  discover(): Promise<readonly Discovered[]>;
  /** Watches what `discover` names with this key, from now on and after each start. Again, it changes nothing. Throws `project-unknown`, `too-many-projects`. */
  add(key: string): Promise<Changed>;
  /** Stops watching a project, by id or name, and forgets it at the relay; its files stay. Again, it changes nothing. Throws `project-unknown`, `project-ambiguous`. */
  remove(idOrName: string): Promise<Changed>;
  /** Where agents work on the project at a root. */
  workspaces(root: string): Promise<readonly Workspace[]>;
}

interface WatchListDeps {
  readonly data: DataFolder;
  readonly projects: Pick<Projects, 'all' | 'announced' | 'add' | 'drop'>;
  /** Says where the home folder and the tools' registries are. */
  readonly env: Env;
}

/** The watch list of one bridge. Its changes happen one after the other. */
export function createWatchList(deps: WatchListDeps): WatchList {
  let changing: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => {
    const changed = changing.then(change);
    changing = changed.catch(() => undefined);
    return changed;
  };
  return {
    discover: () => discover(deps),
    add: (key) => inTurn(() => add(deps, key)),
    remove: (idOrName) => inTurn(() => remove(deps, idOrName)),
    workspaces: async (root) => await workspacesOf(root, await readRegistries(deps.env), homeOf(deps.env)),
  };
}

async function discover({ data, projects, env }: WatchListDeps): Promise<readonly Discovered[]> {
  const registered = (await readRegistries(env)).map(({ folder }) => folder);
  const taken = data.removedByCommand().map(({ root }) => root);
  const announced = projects.announced().map(({ id }) => id);
  const watched = [
    ...projects.all().map(({ root }) => root),
    ...data.projects().flatMap(({ id, root }) => (announced.includes(id) ? [root] : [])),
  ];
  const declined = data.removed().filter((root) => !taken.includes(root));
  const free = (await projectsAmong([...registered, ...taken], homeOf(env))).filter(
    (root) =>
      ![...watched, ...declined].includes(root) &&
      !watched.some((other) => isInside(root, other) || isInside(other, root)),
  );
  const keyOf = await openKeys(data.path);
  return await Promise.all(
    free
      .slice(0, limits.projectsPerMachineMax)
      .map(async (folder) => ({ key: keyOf(folder), name: nameOf(folder), formats: await formatsAt(folder), folder })),
  );
}

async function add(deps: WatchListDeps, key: string): Promise<Changed> {
  const { data, projects } = deps;
  const keyOf = await openKeys(data.path);
  const isWatched = (root: string) => projects.all().some((project) => project.root === root);
  const kept = data.projects().find(({ root, added }) => added === true && keyOf(root) === key);
  if (kept !== undefined && isWatched(kept.root)) return changedOf(kept, key);
  const found = (await discover(deps)).find((one) => one.key === key);
  const root = found?.folder ?? kept?.root;
  if (root === undefined)
    throw new Problem('project-unknown', 'No project that a tool has registered here has this key.');
  if (projects.all().length >= limits.projectsPerMachineMax) throw new Problem('too-many-projects');
  const formats = found && { formats: [...found.formats] };
  const project = await data.keepProject(root, { added: true, ...formats });
  await projects.add(root);
  return changedOf(project, key);
}

async function remove({ data, projects }: WatchListDeps, idOrName: string): Promise<Changed> {
  const keyOf = await openKeys(data.path);
  const isNamed = ({ id, name }: { readonly id: string; readonly name: string }) =>
    id === idOrName || name === idOrName;
  const before = projects.all().some(isNamed) ? undefined : data.removedByCommand().find(isNamed);
  if (before !== undefined) return changedOf(before, keyOf(before.root));
  const { id, root } = findProject(projects.all(), idOrName);
  await data.removeProject(root, 'command');
  await projects.drop(id);
  const kept = data.removedByCommand().find((project) => project.root === root);
  return changedOf(kept ?? { id, name: nameOf(root), formats: [] }, keyOf(root));
}

function changedOf(
  { id, name, formats }: { readonly id: string; readonly name: string; readonly formats: readonly string[] },
  key: string,
): Changed {
  return { key, project: id, name, formats };
}

/** Makes keys of folders. They depend on a secret of this machine: from a plain hash, a viewer could find out which folders there are. */
async function openKeys(data: string): Promise<(root: string) => string> {
  const file = join(data, 'discovery-secret.json');
  let secret = readParsed(file, v.pipe(v.string(), v.minLength(32)));
  if (secret === undefined) {
    secret = randomBytes(32).toString('base64url');
    await writePrivate(file, `${JSON.stringify(secret)}\n`);
  }
  const held = secret;
  return (root) => createHmac('sha256', held).update(root).digest('base64url').slice(0, 16);
}
