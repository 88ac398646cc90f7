/** Answers a query on the machine by its kind's own `answer`, over the index and the files as they are now: what relay and app say of their copies, the machine says of itself. */
import { createHash } from 'node:crypto';
import type { FileNow, ProjectCopy } from '#contract/copy.ts';
import type { Document } from '#contract/document.ts';
import { type ArgsOf, type QueryKindName, queryKind, type ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordTold } from '#contract/record.ts';
import { VERSION } from '#contract/version.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import type { Project } from '../projects/project.ts';
import { type IndexedDocument, isWithheld } from '../watch/indexed-document.ts';
import { readShown } from './edit-document.ts';
import type { QueryContext, QueryHandler } from './handler.ts';

/** The handler of a query whose kind declares `answer`. Throws `document-unknown` where it finds nothing to answer from. */
export function answered<Name extends QueryKindName>(name: Name): QueryHandler<Name> {
  const handler = async (args: ArgsOf<Name>, { project, records }: QueryContext) => {
    const result = await queryKind(name)?.answer?.(args, copyOnDisk(project, records));
    if (result === undefined) throw new Problem('document-unknown', `${project.name} does not have that.`);
    return result as ResultOf<Name>;
  };
  return handler as QueryHandler<Name>;
}

/** A project as its own machine holds it, with the records that it tells. */
export function copyOnDisk(project: Project, records: readonly RecordTold[] = []): ProjectCopy {
  const { id, name, layouts, documents } = project;
  const formats = layouts.map(({ format }) => format);
  return {
    project: { id, name, formats },
    version: VERSION,
    document: async (path) => {
      const found = documents.get(path);
      return found && toDocument(found);
    },
    documents: async () => [...documents.values()].map(toDocument),
    read: (path) => readFileNow(project, path),
    records: async (kind) => records.filter((record) => record.kind === kind && record.project === id),
    revOf: async (text) => createHash('sha256').update(text).digest('hex'),
  };
}

function toDocument(document: IndexedDocument): Document {
  const { format: _format, describe: _describe, folder: _folder, ...told } = document;
  return { ...told, body: isWithheld(document) ? 'omitted' : 'held' };
}

/** A known document as it is on the disk. Throws `withheld`, `file-too-large` and other Problems where it cannot be shown. */
async function readFileNow(project: Project, path: string): Promise<FileNow | undefined> {
  if (!project.documents.has(path)) return undefined;
  const { rev, mtime, bytes } = await readShown({ project }, path);
  const text = decodeUtf8(bytes);
  const body = text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
  return { path, rev, size: bytes.length, mtime: Math.round(mtime), ...body };
}
