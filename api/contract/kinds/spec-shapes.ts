/** What the queries about specs share: shapes, and reading them from a project. */
import * as v from 'valibot';
import type { FileNow, ProjectCopy } from '../copy.ts';
import { type Document, OpenName, Rev } from '../document.ts';
import { folderRevText } from '../document-key.ts';
import type { TasksMeta } from '../meta.ts';
import { type SpecFolder, specsOf } from '../project-specs.ts';
import { displayNameOf, phaseOf, specPhases } from '../spec-phase.ts';

const Phase = v.strictObject({
  exists: v.boolean(),
  lastModified: v.optional(v.string()),
  rev: v.optional(Rev),
});

export const SpecListed = v.strictObject({
  name: v.string(),
  displayName: v.string(),
  format: OpenName,
  /** The spec's folder in the project. */
  folder: v.string(),
  archived: v.boolean(),
  /** When the folder was made; the machine alone knows it. */
  createdAt: v.optional(v.string()),
  lastModified: v.string(),
  phases: v.strictObject({ requirements: Phase, design: Phase, tasks: Phase, implementation: Phase }),
  phase: v.picklist(specPhases),
  taskProgress: v.optional(
    v.strictObject({
      total: v.number(),
      completed: v.number(),
      inProgress: v.number(),
      pending: v.number(),
      blocked: v.number(),
      headers: v.number(),
    }),
  ),
  /** `ifRev` of spec-archive and spec-unarchive. */
  folderRev: v.string(),
});
export type SpecListed = v.InferOutput<typeof SpecListed>;

export const SpecList = v.strictObject({ items: v.array(SpecListed) });

/** The specs of a project, archived or not; undefined where they are too many for one answer. */
export async function listSpecs(copy: ProjectCopy, archived: boolean): Promise<{ items: SpecListed[] } | undefined> {
  const documents = await copy.documents();
  if (documents === undefined) return undefined;
  const specs = specsOf(documents).filter((spec) => spec.archived === archived);
  return { items: await Promise.all(specs.map((spec) => listSpec(copy, spec))) };
}

async function listSpec(
  copy: ProjectCopy,
  { name, format, folder, archived, documents }: SpecFolder,
): Promise<SpecListed> {
  const counts = (documents.find(({ kind }) => kind === 'tasks')?.meta as TasksMeta | undefined)?.tasks;
  return {
    name,
    displayName: displayNameOf(name),
    format,
    folder,
    archived,
    lastModified: isoOf(Math.max(...documents.map(({ mtime }) => mtime))),
    phases: {
      requirements: phaseIn(documents, 'requirements'),
      design: phaseIn(documents, 'design'),
      tasks: phaseIn(documents, 'tasks'),
      implementation: phaseIn(documents, 'implementation-log'),
    },
    phase: phaseOf(documents),
    ...(counts && { taskProgress: progressOf(counts) }),
    folderRev: await copy.revOf(folderRevText(documents)),
  };
}

function progressOf({ total, completed, in_progress, pending, blocked, headers = 0 }: NonNullable<TasksMeta['tasks']>) {
  return { total, completed, inProgress: in_progress, pending, blocked, headers };
}

function phaseIn(documents: readonly Document[], kind: string): v.InferOutput<typeof Phase> {
  const found = documents.filter((document) => document.kind === kind).sort((a, b) => b.mtime - a.mtime);
  const [newest] = found;
  if (newest === undefined) return { exists: false };
  const lastModified = isoOf(newest.mtime);
  return kind === 'implementation-log'
    ? { exists: true, lastModified }
    : { exists: true, lastModified, rev: newest.rev };
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A text with its rev and time. */
export const TextRead = v.strictObject({ content: v.string(), rev: Rev, lastModified: v.string() });

export function textRead(file: FileNow | undefined): v.InferOutput<typeof TextRead> | undefined {
  if (file === undefined || !('text' in file)) return undefined;
  return { content: file.text, rev: file.rev, lastModified: isoOf(file.mtime) };
}

export const SpecRead = v.strictObject({
  requirements: v.nullable(TextRead),
  design: v.nullable(TextRead),
  tasks: v.nullable(TextRead),
  others: v.array(v.strictObject({ path: v.string(), rev: Rev, size: v.number() })),
});

/** The texts of a spec; undefined where the copy does not have one of them. */
export async function readSpec(
  copy: ProjectCopy,
  { documents }: SpecFolder,
): Promise<v.InferOutput<typeof SpecRead> | undefined> {
  const read = await Promise.all(
    (['requirements', 'design', 'tasks'] as const).map(async (kind) => {
      const document = documents.find((each) => each.kind === kind);
      return document === undefined ? null : textRead(await copy.read(document.path));
    }),
  );
  const [requirements, design, tasks] = read;
  if (requirements === undefined || design === undefined || tasks === undefined) return undefined;
  const others = documents
    .filter(({ kind }) => !['requirements', 'design', 'tasks'].includes(kind))
    .map(({ path, rev, size }) => ({ path, rev, size }));
  return { requirements, design, tasks, others };
}
