/** The project that an agent works in: the nearest folder above its own with a format, or the main checkout of its worktree. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem } from '#contract/problems.ts';
import { rootRefusal } from '../discover.ts';
import { isFolder } from '../files/folder.ts';
import { formatReaders } from '../formats/index.ts';
import { mainCheckout } from '../watch/findings.ts';

export interface AgentsProject {
  /** Absolute real path. */
  readonly root: string;
  /** The folder whose `approvals/` is used. */
  readonly base: string;
}

const workflowFolders = ['.spec-workflow', '.spec-context'];

/** Throws `project-unknown`. */
export async function findAgentsProject(cwd: string, home: string = homedir()): Promise<AgentsProject> {
  for (let folder = await realpath(cwd); ; folder = dirname(folder)) {
    if (rootRefusal(folder, home) !== undefined) break;
    const found = (await projectAt(folder)) ?? (await projectAt((await mainCheckout(folder)) ?? folder));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) break;
  }
  throw new Problem(
    'project-unknown',
    `There is no project in ${cwd} or above it: no .spec-workflow, .spec-context or LeanSpec specs.`,
  );
}

async function projectAt(root: string): Promise<AgentsProject | undefined> {
  for (const base of workflowFolders) if (await isFolder(join(root, base))) return { root, base };
  const leanSpec = formatReaders.find(({ format }) => format === 'lean-spec');
  return (await leanSpec?.detect(root)) === undefined ? undefined : { root, base: '.lean-spec' };
}
