/** What a bridge uploads: ordered batches of ops on documents and records, and the manifest with which both sides compare their documents. */
import * as v from 'valibot';
import { Document, Id, Path, Rev } from './document.ts';
import { RecordTold } from './record.ts';

const { body: _body, ...described } = Document.entries;

/** A document as the bridge describes it. The op says where its bytes are. */
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

/** What is left of a long upload: changes that the relay is still to get, how many of them go in a second, and how many documents it has in the end. */
export const Uploading = v.object({
  left: v.pipe(v.number(), v.integer(), v.minValue(1)),
  perSecond: v.pipe(v.number(), v.minValue(0)),
  of: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});
export type Uploading = v.InferOutput<typeof Uploading>;

/** The first line of an ingest body; the second is the JSON array of ops, and `digest` the SHA-256 (hex) of that line's bytes. */
export const IngestEnvelope = v.object({
  epoch: v.number(),
  /** 1 for the first batch of an epoch, then one more each. */
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  digest: Rev,
  /** The manifest digest after this batch. */
  manifestDigest: Rev,
  /** What is left after this batch; absent after the last one. */
  uploading: v.optional(Uploading),
});
export type IngestEnvelope = v.InferOutput<typeof IngestEnvelope>;

/** `[project, path, rev, describe]` of one document. */
export const ManifestEntry = v.tuple([Id, Path, Rev, v.number()]);
export type ManifestEntry = v.InferOutput<typeof ManifestEntry>;

/**
 * One page of the manifest, with entries in the order of `documentKey` (UTF-16 code units). It lists all documents that the machine
 * has between `from` (exclusive; null: the start) and `to` (inclusive; null: the end). The relay drops other documents there
 * and wants those that it lacks or has in another version.
 */
export const ManifestPage = v.object({
  epoch: v.number(),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  entries: v.array(ManifestEntry),
});
export type ManifestPage = v.InferOutput<typeof ManifestPage>;

/** The line whose SHA-256 goes into the manifest digest. The digest is the XOR of the hashes of all lines (32 bytes as hex; zeros if there are none), so that a change costs one hash and not a pass over all documents. */
export function manifestLine([project, path, rev, describe]: ManifestEntry): string {
  return `${project}\t${path}\t${rev}\t${describe}\n`;
}

export const emptyManifestDigest = '0'.repeat(64);
