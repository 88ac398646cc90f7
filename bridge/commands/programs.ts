/** What a command that runs a program starts: where, with which variables, under which title. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { openGuardedFolder } from '../files/guard.ts';
import { childEnvironment, loginEnvironment } from '../keeper/environment.ts';
import { findProject } from '../projects/find-project.ts';
import type { Project } from '../projects/project.ts';
import type { SessionWanted } from '../sessions/sessions.ts';
import type { MachineContext } from './handler.ts';
import { asProblem } from './refusals.ts';

interface Place {
  readonly project?: string | undefined;
  readonly cwd?: string | undefined;
}

/** What every session needs beside the program. Throws `policy-refused`, `project-unknown`, `path-refused`, `cwd-unavailable`, `args-invalid`. */
export async function startingPoint(
  { env, ...place }: Place & { readonly env?: Readonly<Record<string, string>> | undefined },
  {
    id: command,
    by,
    projects,
    policy,
    sessions,
    isSealed,
  }: Pick<MachineContext, 'id' | 'by' | 'projects' | 'policy' | 'sessions' | 'isSealed'>,
): Promise<Omit<SessionWanted, 'argv' | 'title'>> {
  const project = placeProject(place, projects, policy);
  const cwd = await folderOf(project?.root ?? (await realpath(homedir())), place.cwd);
  const id = sessions.idOf(command);
  return {
    ...{ id, by, cwd, isSealed },
    ...(place.cwd === undefined ? {} : { shownCwd: place.cwd }),
    ...(project === undefined ? {} : { project: project.id }),
    env: await environmentOf(id, env),
    ...(env === undefined ? {} : { hasMore: true }),
  };
}

/** The project; undefined for the home folder, if the owner allows that. */
function placeProject({ project }: Place, projects: readonly Project[], { home = false }: Policy): Project | undefined {
  if (project !== undefined) return findProject(projects, project);
  if (home) return undefined;
  throw new Problem(
    'policy-refused',
    'policy.json on the machine does not allow programs in the home folder (`"home": true`). Name a project.',
  );
}

/** The whole path of a folder within, if no link leads out of it. */
async function folderOf(root: string, cwd: string | undefined): Promise<string> {
  const parts = cwd?.split('/') ?? [];
  try {
    await using _open = await openGuardedFolder(root, parts);
    return join(root, ...parts);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'path-refused') throw error;
    throw new Problem('cwd-unavailable', error.detail, {}, error);
  }
}

async function environmentOf(id: string, given: Readonly<Record<string, string>> = {}) {
  try {
    return childEnvironment(await loginEnvironment(process.env), id, given);
  } catch (error) {
    throw asProblem(error);
  }
}
