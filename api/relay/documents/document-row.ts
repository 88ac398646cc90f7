/** How a document lies in its row: a head that the relay reads without parsing the JSON after it. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type ManifestEntry, manifestLine } from '#contract/delta.ts';
import { type BodyState, Document, MetaRecord, NoticeSaid } from '#contract/document.ts';
import { defineLayout, type Layout, tryParse, Unreadable } from '../../store/tables.ts';

export interface DocumentRow {
  readonly rev: string;
  /** Version of the bridge's description rules. */
  readonly describe: number;
  readonly kind: string;
  /** Bytes of the body. */
  readonly size: number;
  readonly body: BodyState;
  /** The serialised `Document`; `body` is its last member. */
  readonly json: string;
}

/** The row of a document. */
export function toDocumentRow(document: Omit<Document, 'body'>, describe: number, body: BodyState): DocumentRow {
  const { rev, kind, size } = document;
  return { rev, describe, kind, size, body, json: JSON.stringify({ ...document, body }) };
}

export function formatDocumentRow({ rev, describe, kind, size, body, json }: DocumentRow): string {
  return `${rev} ${describe} ${kind} ${size} ${body}\n${json}`;
}

const head = /^(\S+) (\d+) (\S+) (\d+) (held|pending|omitted)\n(?=\{)/;

const rowLayout: Layout<DocumentRow> = {
  parse: (value) => {
    const [found, rev = '', describe, kind = '', size, body] = head.exec(value) ?? [];
    if (found === undefined || !value.endsWith('}'))
      throw new Unreadable('A row of a document is not what it should be');
    const json = value.slice(found.length);
    return { rev, describe: Number(describe), kind, size: Number(size), body: body as BodyState, json };
  },
  format: formatDocumentRow,
};

/** One that cannot be read counts as none, so that the next comparison with its bridge puts it again. */
export function readDocumentRow(path: string, row: { readonly value: string } | undefined): DocumentRow | undefined {
  return row && tryParse(rowLayout, row.value, 'documents', path);
}

const documentLayout = defineLayout('documents', Document);

/** The document of a row, all of it. Throws Unreadable. */
export function documentOf({ json }: Pick<DocumentRow, 'json'>): Document {
  return documentLayout.parse(json);
}

const searchedLayout = defineLayout(
  'documents',
  v.object({
    path: v.string(),
    title: v.optional(v.string()),
    spec: v.optional(v.string()),
    meta: MetaRecord,
    notice: v.optional(NoticeSaid),
  }),
);
export type Searched = ReturnType<typeof searchedLayout.parse>;

/** What a search and the notices look at, which costs less to check than the whole; undefined where it cannot be read. */
export function searchedOf({ json }: Pick<DocumentRow, 'json'>): Searched | undefined {
  return tryParse(searchedLayout, json, 'documents', '');
}

/** The same row with its body in another state. */
export function withBody(row: DocumentRow, body: BodyState): DocumentRow {
  return { ...row, body, json: row.json.replace(/"body":"[a-z]+"\}$/, `"body":"${body}"}`) };
}

/** The digest after documents came or went: XOR of the lines' hashes, so that the same entry twice undoes itself. */
export function shiftDigest(digest: string, entries: readonly ManifestEntry[]): string {
  const bytes = Buffer.from(digest, 'hex');
  for (const entry of entries) {
    const line = createHash('sha256').update(manifestLine(entry)).digest();
    for (let index = 0; index < bytes.length; index++) bytes[index] = (bytes[index] ?? 0) ^ (line[index] ?? 0);
  }
  return bytes.toString('hex');
}
