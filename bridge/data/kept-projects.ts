/** The projects that a data folder knows: those that were ever watched, added or removed, in one file that other processes of the command write too. */
import { createHmac, randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { Id, Name, OpenName } from '#contract/document.ts';
import { base62FromBytes } from '#contract/key.ts';
import { type Loss, moveAway, readKept, writePrivate } from './private-file.ts';

const ProjectKept = v.object({
  id: Id,
  /** Absolute real path. */
  root: v.string(),
  name: Name,
  /** The formats that it last had. They are announced while the folder is away. */
  formats: v.array(OpenName),
  /** Added with `projects add`, so part of every run without arguments. */
  added: v.optional(v.boolean()),
  /** Removed: neither watched nor offered, until it is added again. */
  removed: v.optional(v.boolean()),
  /** Removed by the command project-remove, not with `projects rm`: project-add may take it back. */
  removedByCommand: v.optional(v.boolean()),
});
export type ProjectKept = v.InferOutput<typeof ProjectKept>;

export interface KeptProjects {
  /** All, as the file says now. */
  all(): readonly ProjectKept[];
  /** Changes what is kept of a root, one change after the other, each of what the file says then; a new root gets an id. */
  change(root: string, change: (project: ProjectKept) => ProjectKept): Promise<ProjectKept>;
}

/** The projects in a file. Where it is damaged, reading and changing it throws DamagedFile: what the owner has removed would be sent again. `key`: this machine's, if there is one. */
export function createKeptProjects(file: string, key: () => string | undefined = () => undefined): KeptProjects {
  let writing: Promise<unknown> = Promise.resolve();
  const all = () => readKept(file, v.array(ProjectKept), lossOf(file)) ?? [];
  return {
    all,
    change: (root, change) => {
      const changed = writing.then(() => changeIn(file, all(), root, { change, key }));
      writing = changed.catch(() => undefined);
      return changed;
    },
  };
}

function lossOf(file: string): Loss {
  return {
    unknown: 'which projects were added and removed here',
    says: 'Nothing is sent until you bring back a copy of it, or move it away and name the projects to send:',
    copy: `${moveAway(file)} && sallyport projects add FOLDER`,
  };
}

async function changeIn(
  file: string,
  before: readonly ProjectKept[],
  root: string,
  { change, key }: { readonly change: (project: ProjectKept) => ProjectKept; readonly key: () => string | undefined },
): Promise<ProjectKept> {
  const known = before.find((project) => project.root === root);
  const next = change(known ?? { id: newId(root, key()), root, name: nameOf(root), formats: [] });
  if (known !== undefined && isDeepStrictEqual(next, known)) return next;
  const after = [...before.filter((other) => other.root !== root), next];
  await writePrivate(file, `${JSON.stringify(after, undefined, 2)}\n`);
  return next;
}

/** A machine that has lost its data folder and not its key is to find the ids again by which the relay knows its projects. Without the key, nobody learns the root from it. */
function newId(root: string, key: string | undefined): string {
  const bytes = key === undefined ? randomBytes(64) : createHmac('sha512', key).update(root).digest();
  return base62FromBytes(bytes).slice(0, 12);
}

/** The name of a project or workspace: that of its folder, made printable. */
export function nameOf(root: string): string {
  const parsed = v.safeParse(Name, basename(root).slice(0, 100));
  return parsed.success ? parsed.output : 'project';
}
