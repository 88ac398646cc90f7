/** A project as the relay holds it, read through its api: the command line answers questions about it as the app does, whether or not the machine is online. */
import type { ProjectCopy } from '#contract/copy.ts';
import type { Document } from '#contract/document.ts';
import type { ProjectAnnounced } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordItem } from '#contract/record.ts';
import { VERSION } from '#contract/version.ts';
import { revOf } from '../files/rev.ts';
import type { Client } from '../net/client.ts';
import { everyPage } from './as-person.ts';

/** The copy of one project; each list and each text is read at most once. */
export function openRelayCopy(
  client: Client,
  machine: string,
  project: ProjectAnnounced,
  version = VERSION,
): ProjectCopy {
  let listed: Promise<Document[]> | undefined;
  const documents = () => {
    listed ??= everyPage<Document>((after) =>
      client.call('documents', { parameters: { machine }, query: { limit: 500, after, project: project.id } }),
    );
    return listed;
  };
  return {
    project,
    version,
    documents,
    document: async (path) => (await documents()).find((document) => document.path === path),
    read: async (path) => {
      const parameters = { machine, project: project.id, path };
      const read = await client.call('document', { parameters }).catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'document-unknown') return undefined;
        throw error;
      });
      if (read === undefined) return undefined;
      const { rev, size, mtime, text, bodyBase64 } = read;
      if (text !== undefined) return { path, rev, size, mtime, text };
      return bodyBase64 === undefined ? undefined : { path, rev, size, mtime, base64: bodyBase64 };
    },
    records: async (kind) =>
      await everyPage<RecordItem>((after) =>
        client.call('machineRecords', {
          parameters: { machine },
          query: { limit: 500, after, kind, project: project.id },
        }),
      ),
    revOf: async (text) => revOf(Buffer.from(text)),
  };
}
