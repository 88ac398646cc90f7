/** Offers projects from the tools' registries that are not watched yet, and follows `projects add` and `projects rm` during a run. */
import type { Conditions } from '../conditions.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { isInside } from './discover.ts';
import type { Projects } from './projects.ts';

interface OffersDeps {
  readonly data: DataFolder;
  readonly projects: Projects;
  readonly conditions: Conditions;
  /** Absolute real paths that the registries name now. */
  readonly registered: () => Promise<readonly string[]>;
}

const topic = 'projects-registered';

/** For a run without arguments: checks the registries and the changes of `sallyport projects`. Call it repeatedly. */
export async function lookForProjects(deps: OffersDeps): Promise<void> {
  const { data, projects, conditions } = deps;
  await followKept(data, projects);
  const known = [...data.projects().map(({ root }) => root), ...data.removed()];
  const watched = projects.all().map(({ root }) => root);
  const fresh = (await deps.registered()).filter(
    (root) =>
      ![...known, ...watched].includes(root) &&
      !watched.some((other) => isInside(root, other) || isInside(other, root)),
  );
  if (fresh.length === 0) return conditions.clear(topic);
  const quoted = fresh.map((root) => `"${root}"`).join(' ');
  conditions.say({
    topic,
    title: `A tool has registered projects that are not watched: ${fresh.join(', ')}.`,
    hint: `To watch them: sallyport projects add ${quoted}. To hide this message: sallyport projects rm ${quoted}.`,
  });
}

async function followKept(data: DataFolder, projects: Projects): Promise<void> {
  const kept = data.projects();
  const watched = projects.all();
  for (const { id, root } of watched) if (!kept.some((project) => project.root === root)) await projects.drop(id);
  for (const { root, added } of kept)
    if (added === true && !watched.some((project) => project.root === root)) await projects.add(root);
}
