/** A project as this device holds it, for queries that need no machine. A body that is not here is read from the relay, where it can be reached. */
import type { ProjectCopy } from '#contract/copy.ts';
import { documentKey } from '#contract/document-key.ts';
import { type ArgsOf, type QueryKindName, queryKind, type ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Interruption } from '../api.ts';
import type { Facts } from './facts/facts.ts';
import { documentFacts, machineFacts, recordFacts } from './facts/sorts.ts';
import { type BodyKept, base64Of, revOf } from './replica/checked-body.ts';

export interface CopySources {
  readonly facts: Facts;
  readonly bodies: { body(machine: string, rev: string): Promise<BodyKept | undefined> };
}

/** The answer of what is held here; undefined where only the machine can tell. */
export async function answerHere<Kind extends QueryKindName>(
  held: CopySources,
  machine: string,
  kind: Kind,
  args: ArgsOf<Kind>,
): Promise<ResultOf<Kind> | undefined> {
  // A kind that concerns the machine as a whole is answered by it alone.
  if (!('project' in args) || args.project === undefined) return undefined;
  const copy = openCopy(held, machine, args.project);
  return copy && ((await queryKind(kind)?.answer?.(args, copy)) as ResultOf<Kind> | undefined);
}

/** By the project's id. */
function openCopy({ facts, bodies }: CopySources, machine: string, id: string): ProjectCopy | undefined {
  const told = machineFacts(facts).get(machine);
  const project = told?.projects.find((each) => each.id === id);
  if (project === undefined || told?.version === undefined) return undefined;
  const documents = documentFacts(facts, machine);
  return {
    project,
    version: told.version,
    document: async (path) => documents.get(documentKey({ project: id, path })),
    documents: async () =>
      project.documents > limits.copyDocumentsMax
        ? undefined
        : [...documents.values()].filter((document) => document.project === id),
    read: async (path) => {
      const document = documents.get(documentKey({ project: id, path }));
      if (document?.body !== 'held') return undefined;
      const { rev, size, mtime } = document;
      const body = await bodies.body(machine, rev).catch((error: unknown) => {
        if (error instanceof Interruption) return undefined;
        throw error;
      });
      if (body === undefined) return undefined;
      return { path, rev, size, mtime, ...(typeof body === 'string' ? { text: body } : { base64: base64Of(body) }) };
    },
    // The feed of a machine has all that the relay keeps.
    records: async (kind) =>
      recordFacts(facts, machine).filter((record) => record.kind === kind && record.project === id),
    revOf: (text) => revOf(new TextEncoder().encode(text)),
  };
}
