/** Describes the content of a project. */
import * as v from 'valibot';
import { type Document, Id, Name, OpenName } from '../document.ts';
import { folderRevText } from '../document-key.ts';
import type { ProjectAnnounced } from '../machine.ts';
import { specsOf } from '../project-specs.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';
import { nameIn } from './undo.ts';

const result = v.strictObject({
  id: Id,
  name: v.string(),
  formats: v.array(OpenName),
  /** Of the bridge. */
  version: v.string(),
  counts: v.record(v.string(), v.number()),
  steering: v.array(v.strictObject({ name: v.string(), path: v.string(), rev: v.string() })),
  specs: v.array(
    v.strictObject({
      spec: v.string(),
      format: OpenName,
      /** The spec's folder in the project. */
      folder: v.string(),
      archived: v.boolean(),
      status: v.optional(v.string()),
      /** `ifRev` of spec-archive and spec-unarchive. */
      folderRev: v.string(),
    }),
  ),
  /** Where agents work on it: its own folder (`main`) and the git worktrees that a tool has registered. Only the machine knows them. */
  workspaces: v.optional(
    v.array(
      v.strictObject({
        name: Name,
        main: v.boolean(),
        branch: v.optional(v.string()),
        /** Number of agents that run there now. */
        agents: v.number(),
      }),
    ),
  ),
});
type Result = v.InferOutput<typeof result>;

export const projectInfo = defineQuery({
  title: 'Describe a project',
  summary:
    'Lists the formats, counts, steering documents and specs of a project, each spec with the revs that guard its commands. The machine also tells in which checkouts agents work.',
  args: v.strictObject({ project: ProjectArg }),
  result,
  scope: 'project',
  risk: 'read',
  aliases: [
    { method: 'GET', path: '/v1/machines/:machine/projects/:project' },
    { method: 'GET', path: '/v1/machines/:machine/projects/:project/info' },
  ],
  about: ['project'],
  answer: async (_args, { project, version, documents, revOf }) => {
    const all = await documents();
    return all && (await describeProject({ ...project, version }, all, (some) => revOf(folderRevText(some))));
  },
});

type Described = Pick<Document, 'path' | 'kind' | 'spec' | 'rev' | 'meta'>;

/** Describes a project from its documents, with specs by folder. */
export async function describeProject(
  { id, name, formats, version }: ProjectAnnounced & { readonly version: string },
  documents: readonly Described[],
  folderRevOf: (documents: readonly Described[]) => Promise<string>,
): Promise<Result> {
  const byPath = documents.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const counts: Record<string, number> = {};
  for (const { kind } of byPath) counts[kind] = (counts[kind] ?? 0) + 1;
  const specs = await Promise.all(
    specsOf(documents).map(async ({ name: spec, format, folder, archived, documents: own }) => {
      const status = own.find(({ kind }) => kind === 'spec')?.meta.status;
      const folderRev = await folderRevOf(own);
      return { spec, format, folder, archived, ...(typeof status === 'string' ? { status } : {}), folderRev };
    }),
  );
  const steering = byPath
    .filter(({ kind }) => kind === 'steering')
    .map(({ path, rev }) => ({ name: nameIn(path).replace(/\.md$/, ''), path, rev }));
  return { id, name, formats: [...formats], version, counts, steering, specs };
}
