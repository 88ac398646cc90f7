/** The project that an agent works in: the nearest folder above its own with a format, or the main checkout of its worktree. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem } from '#contract/problems.ts';
import { isFolder } from '../files/folder.ts';
import { formatReaders } from '../formats/index.ts';
import { rootRefusal } from '../projects/discover.ts';
import { mainCheckout } from '../watch/findings.ts';

export interface AgentsProject {
  /** Absolute real path. */
  readonly root: string;
  /** The folders whose `approvals/` are used: that of the file's own format, else the first. */
  readonly bases: readonly [string, ...string[]];
  /** Where the agent works: the root, or a worktree of it. Absolute real path. */
  readonly checkout: string;
}

const workflowFolders = ['.spec-workflow', '.spec-context'];

/** Throws `project-unknown`. */
export async function findAgentsProject(cwd: string, home: string = homedir()): Promise<AgentsProject> {
  const start = await realpath(cwd).catch(() => undefined);
  if (start === undefined) throw new Problem('project-unknown', `There is no folder ${cwd}.`);
  for (let folder = start; ; folder = dirname(folder)) {
    if (rootRefusal(folder, home) !== undefined) break;
    const found = await projectOf(folder);
    if (found !== undefined) return { ...found, checkout: folder };
    if (folder === dirname(folder)) break;
  }
  throw new Problem(
    'project-unknown',
    `There is no project in ${cwd} or above it: no .spec-workflow, .spec-context or LeanSpec specs.`,
  );
}

/** The workflow tools keep the specs of all worktrees in the main checkout, also where git has put a copy into each. */
async function projectOf(folder: string): Promise<Omit<AgentsProject, 'checkout'> | undefined> {
  const main = await mainCheckout(folder).then((path) => path && realpath(path).catch(() => undefined));
  for (const root of main === undefined ? [folder] : [main, folder]) {
    const there = await Promise.all(workflowFolders.map((base) => isFolder(join(root, base))));
    const [first, ...others] = workflowFolders.filter((_, at) => there[at]);
    if (first !== undefined) return { root, bases: [first, ...others] };
  }
  const leanSpec = formatReaders.find(({ format }) => format === 'lean-spec');
  return (await leanSpec?.detect(folder)) === undefined ? undefined : { root: folder, bases: ['.lean-spec'] };
}
