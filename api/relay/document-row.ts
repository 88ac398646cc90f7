/** How a document lies in its row: a head that the relay reads without parsing the JSON after it. */
import { createHash } from 'node:crypto';
import { type ManifestEntry, manifestLine } from '#contract/delta.ts';
import type { BodyState, Document } from '#contract/document.ts';

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

export function parseDocumentRow(value: string): DocumentRow {
  const end = value.indexOf('\n');
  const [rev = '', describe, kind = '', size, body] = value.slice(0, end).split(' ');
  return {
    rev,
    describe: Number(describe),
    kind,
    size: Number(size),
    body: body as BodyState,
    json: value.slice(end + 1),
  };
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
