/** Looks up the project that somebody names among those that are watched. */
import { Problem } from '#contract/problems.ts';
import type { Project } from './project.ts';

/** The project with this id, or with this name if only one has it. Throws `project-unknown`, `project-ambiguous`. */
export function findProject(projects: Iterable<Project>, idOrName: string): Project {
  const found = projectNamed(projects, idOrName);
  if (found === undefined) throw new Problem('project-unknown', `There is no project "${idOrName}" on this machine.`);
  return found;
}

/** The same; undefined where there is none. Throws `project-ambiguous`. */
export function projectNamed<One extends Pick<Project, 'id' | 'name'>>(
  projects: Iterable<One>,
  idOrName: unknown,
): One | undefined {
  const all = [...projects];
  const byId = all.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const [found, ...others] = all.filter(({ name }) => name === idOrName);
  if (others.length > 0) throw new Problem('project-ambiguous', `Several projects are called "${idOrName}".`);
  return found;
}
