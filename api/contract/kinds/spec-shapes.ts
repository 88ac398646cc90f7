/** What the queries about specs share: shapes, and reading them from a project. */
import * as v from 'valibot';
import type { FileNow, ProjectCopy } from '../copy.ts';
import { type Document, OpenName, Rev } from '../document.ts';
import { folderRevText } from '../document-key.ts';
import type { TasksMeta } from '../meta.ts';
import { Problem } from '../problems.ts';
import { findSpecOf, type SpecFolder, specsOf } from '../project-specs.ts';
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
  /** Of LeanSpec, whose specs have a status and no phases. */
  status: v.optional(v.string()),
  phases: v.optional(v.strictObject({ requirements: Phase, design: Phase, tasks: Phase, implementation: Phase })),
  phase: v.optional(v.picklist(specPhases)),
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

/** The spec with this name among the active or the archived ones; undefined where they are too many. Throws `spec-unknown`, `spec-ambiguous`. */
export async function findListed(copy: ProjectCopy, name: string, archived: boolean): Promise<SpecFolder | undefined> {
  const documents = await copy.documents();
  const own = documents && specsOf(documents).filter((spec) => spec.archived === archived);
  return (
    own &&
    findSpecOf(
      own.flatMap((spec) => spec.documents),
      name,
      copy.project.name,
    )
  );
}

/** A spec as lists show it. */
export async function listSpec(
  copy: ProjectCopy,
  { name, format, folder, archived, documents }: SpecFolder,
): Promise<SpecListed> {
  return {
    name,
    displayName: displayNameOf(name),
    format,
    folder,
    archived,
    lastModified: isoOf(Math.max(...documents.map(({ mtime }) => mtime))),
    ...(format === 'lean-spec' ? statusOf(documents) : phasesOf(documents)),
    folderRev: await copy.revOf(folderRevText(documents)),
  };
}

function statusOf(documents: readonly Document[]): Pick<SpecListed, 'status'> {
  const status = documents.find(({ kind }) => kind === 'spec')?.meta.status;
  return typeof status === 'string' ? { status } : {};
}

function phasesOf(documents: readonly Document[]): Pick<SpecListed, 'phases' | 'phase' | 'taskProgress'> {
  const counts = (documents.find(({ kind }) => kind === 'tasks')?.meta as TasksMeta | undefined)?.tasks;
  return {
    phases: {
      requirements: phaseIn(documents, 'requirements'),
      design: phaseIn(documents, 'design'),
      tasks: phaseIn(documents, 'tasks'),
      implementation: phaseIn(documents, 'implementation-log'),
    },
    phase: phaseOf(documents),
    ...(counts && { taskProgress: progressOf(counts) }),
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

/** Throws `file-unparsable` for bytes that are no text. */
export function textRead(file: FileNow | undefined): v.InferOutput<typeof TextRead> | undefined {
  if (file === undefined) return undefined;
  if (!('text' in file)) throw new Problem('file-unparsable', `${file.path} is not valid UTF-8.`);
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
  spec: SpecFolder | undefined,
): Promise<v.InferOutput<typeof SpecRead> | undefined> {
  if (spec === undefined) return undefined;
  const { documents } = spec;
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
