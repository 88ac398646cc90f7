/** What a bridge sends of its documents and records: ordered batches of ops, and the manifest by which both sides compare what they hold. */
import * as v from 'valibot';
import { Document, Id, Path, Rev } from './document.ts';
import { RecordTold } from './record.ts';

const { body: _body, ...described } = Document.entries;

/** A document as the bridge describes it; where its bytes are is told by the op. */
export const DocumentDescribed = v.object(described);
export type DocumentDescribed = v.InferOutput<typeof DocumentDescribed>;

/**
 * One change. A `put` carries its bytes as `text` (valid UTF-8, exact) or `base64`, or says that they follow by the blob
 * call (`pending`) or never leave the machine (`omitted`). `describe` is the version of the description rules.
 */
export const Op = v.variant('op', [
  v.object({
    op: v.literal('put'),
    document: DocumentDescribed,
    describe: v.pipe(v.number(), v.integer()),
    text: v.optional(v.string()),
    base64: v.optional(v.string()),
    body: v.optional(v.picklist(['pending', 'omitted'])),
  }),
  v.object({ op: v.literal('delete'), project: Id, path: Path }),
  /** The same bytes under another path: `document` is the new description. */
  v.object({
    op: v.literal('move'),
    project: Id,
    from: Path,
    document: DocumentDescribed,
    describe: v.pipe(v.number(), v.integer()),
  }),
  v.object({ op: v.literal('record-put'), record: RecordTold }),
  v.object({ op: v.literal('record-delete'), id: Id }),
]);
export type Op = v.InferOutput<typeof Op>;

/** An op that is about documents. */
export type DocumentOp = Exclude<Op, { op: 'record-put' | 'record-delete' }>;
/** An op that is about records. */
export type RecordOp = Exclude<Op, DocumentOp>;

/** The first line of an ingest body; the second is the JSON array of ops, and `digest` the SHA-256 (hex) of that line's bytes. */
export const IngestEnvelope = v.object({
  epoch: v.number(),
  /** 1 for the first batch of an epoch, then one more each. */
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  digest: Rev,
  /** The manifest digest after this batch. */
  manifestDigest: Rev,
});
export type IngestEnvelope = v.InferOutput<typeof IngestEnvelope>;

/** `[project, path, rev, describe]` of one document. */
export const ManifestEntry = v.tuple([Id, Path, Rev, v.number()]);
export type ManifestEntry = v.InferOutput<typeof ManifestEntry>;

/**
 * One page of the manifest, entries in the order of `documentKey` (UTF-16 code units). It says all of what the machine
 * holds between `from` (exclusive; null: the start) and `to` (inclusive; null: the end): what the relay has there beyond
 * it is dropped, what it lacks or holds otherwise is wanted.
 */
export const ManifestPage = v.object({
  epoch: v.number(),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  entries: v.array(ManifestEntry),
});
export type ManifestPage = v.InferOutput<typeof ManifestPage>;

/** The text whose SHA-256 a document adds to the manifest digest. The digest is the XOR of all of them (32 bytes as hex; all zeros for none), so that a change costs one hash and not a pass over everything. */
export function manifestLine([project, path, rev, describe]: ManifestEntry): string {
  return `${project}\t${path}\t${rev}\t${describe}\n`;
}

export const emptyManifestDigest = '0'.repeat(64);
