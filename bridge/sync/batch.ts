/** Makes one batch of changes: as many ops as fit, and their effect on the relay's manifest. */
import { isUtf8 } from 'node:buffer';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Held } from '../packed/held.ts';
import { type IndexedDocument, isUnreadable, isWithheld } from '../watch/indexed-document.ts';
import type { Manifest } from './sides.ts';

/** A document whose change must be sent. */
export interface Pending {
  readonly project: string;
  readonly path: string;
  /** The previous path of the same bytes. */
  readonly from?: string;
  /** Send it even if the relay has this rev. */
  readonly force?: true;
}

/** The sources of a batch. */
export interface BatchSources {
  /** The current document at a key. */
  document(key: string): IndexedDocument | undefined;
  /** Its bytes, if they still are those of its rev. */
  bytes(document: IndexedDocument): Promise<Buffer | undefined>;
  /** Whether the machine counts as having something at a key, which it may not have read yet. */
  isHeld(key: string): boolean;
  /** The relay's manifest, to which ops are applied as they are made. */
  readonly manifest: Manifest;
  /** Revs of large bodies that are already uploaded. */
  readonly uploaded: ReadonlySet<string>;
  /** Keys that were taken from `pending` and are not acknowledged yet. The sender clears it. */
  readonly telling: Set<string>;
  /** Records to send, by id. The sender removes what is acknowledged. */
  readonly records: ReadonlyMap<string, RecordTold | undefined>;
}

export interface BatchLimits {
  readonly bytesMax: number;
  readonly opsMax: number;
}

export interface Batch {
  readonly ops: readonly string[];
  /** The change behind each op, to be sent again if the batch must be split. */
  readonly told: readonly Pending[];
  /** The records in it. */
  readonly records: readonly (readonly [id: string, record: RecordTold | undefined])[];
  /** The digest of the manifest after the batch. */
  readonly manifestDigest: string;
  /** Reverts its effect on the manifest. */
  undo(): void;
}

/** Largest body that an op carries, in a batch of at most this many bytes. */
export function inlineBytesMax({ bytesMax }: BatchLimits): number {
  return Math.min(limits.inlineBodyBytesMax, Math.floor(bytesMax / 2));
}

/** Whether a document's body must be uploaded in pieces before its op. */
export function needsPieces(document: IndexedDocument, sources: BatchSources, batchLimits: BatchLimits): boolean {
  const { rev, size } = document;
  if (size > limits.documentBodyBytesMax || size <= inlineBytesMax(batchLimits) || isWithheld(document)) return false;
  return !sources.uploaded.has(rev) && !hasBody(document, sources);
}

/** Takes from `pending` what fits into one batch; undefined if there is nothing to send now. Documents that need pieces first stay pending. */
export async function takeBatch(
  pending: Map<string, Pending>,
  sources: BatchSources,
  batchLimits: BatchLimits,
): Promise<Batch | undefined> {
  const { manifest } = sources;
  const ops: string[] = [];
  const told: Pending[] = [];
  const before: [string, Held | undefined][] = [];
  let size = 2;
  for (const [key, entry] of pending) {
    if (ops.length >= batchLimits.opsMax) break;
    const document = sources.document(key);
    if (document !== undefined && needsPieces(document, sources, batchLimits)) continue;
    const op = await opOf(key, entry, document, sources);
    const bytes = op === undefined ? 0 : Buffer.byteLength(op.json) + 1;
    if (ops.length > 0 && size + bytes > batchLimits.bytesMax) break;
    if (pending.get(key) === entry) pending.delete(key);
    if (op === undefined) continue;
    sources.telling.add(key);
    for (const touched of op.touches) before.push([touched, manifest.held.get(touched)]);
    for (const touched of op.touches) manifest.remove(touched);
    if (op.held !== undefined) manifest.put(key, op.held);
    ops.push(op.json);
    told.push(entry);
    size += bytes;
  }
  const records: (readonly [string, RecordTold | undefined])[] = [];
  for (const [id, record] of sources.records) {
    const json = JSON.stringify(record === undefined ? { op: 'record-delete', id } : { op: 'record-put', record });
    size += Buffer.byteLength(json) + 1;
    if (ops.length >= batchLimits.opsMax || (ops.length > 0 && size > batchLimits.bytesMax)) break;
    ops.push(json);
    records.push([id, record]);
  }
  if (ops.length === 0) return undefined;
  const undo = () => {
    for (const [key, held] of before.reverse()) {
      if (held === undefined) manifest.remove(key);
      else manifest.put(key, held);
    }
  };
  return { ops, told, records, manifestDigest: manifest.digest(), undo };
}

/** A batch that changes nothing. */
export function emptyBatch({ manifest }: Pick<BatchSources, 'manifest'>): Batch {
  return { ops: [], told: [], records: [], manifestDigest: manifest.digest(), undo: () => undefined };
}

interface OpMade {
  readonly json: string;
  /** Keys whose entries it replaces. */
  readonly touches: readonly string[];
  /** What its key holds then. */
  readonly held?: Held;
}

async function opOf(
  key: string,
  { project, path, from, force }: Pending,
  document: IndexedDocument | undefined,
  sources: BatchSources,
): Promise<OpMade | undefined> {
  const held = sources.manifest.held.get(key);
  if (document === undefined && sources.isHeld(key)) return undefined;
  if (document === undefined) return held && { json: JSON.stringify({ op: 'delete', project, path }), touches: [key] };
  const { rev, describe } = document;
  if (held?.rev === rev && held.describe === describe && force === undefined) return undefined;
  const effect = { touches: [key], held: { rev, describe } };
  const told = { document: describedOf(document), describe };
  const fromKey = from === undefined ? undefined : documentKey({ project, path: from });
  if (fromKey !== undefined && held === undefined && !isWithheld(document) && isMovable(fromKey, rev, sources))
    return { ...effect, json: JSON.stringify({ op: 'move', project, from, ...told }), touches: [fromKey, key] };
  const body = await bodyOf(document, sources);
  return body && { ...effect, json: putJson(told, body) };
}

function isMovable(fromKey: string, rev: string, { document, manifest }: BatchSources): boolean {
  return document(fromKey) === undefined && manifest.held.get(fromKey)?.rev === rev && !manifest.isAssumed(fromKey);
}

type Body = { readonly bytes: Buffer } | { readonly body: 'omitted' | 'pending' };

async function bodyOf(document: IndexedDocument, sources: BatchSources): Promise<Body | undefined> {
  const { bytes, uploaded } = sources;
  if (document.size > limits.documentBodyBytesMax || isWithheld(document)) return { body: 'omitted' };
  if (hasBody(document, sources) || uploaded.has(document.rev)) return { body: 'pending' };
  const found = await bytes(document);
  // Whether the relay has them, it knows: what was there before is still shown.
  if (found === undefined && isUnreadable(document)) return { body: 'pending' };
  return found && { bytes: found };
}

/** Whether the relay already has a document's bytes, by its entry of it. Those of a file that cannot be read now, it alone may have. */
function hasBody(document: IndexedDocument, { manifest }: Pick<BatchSources, 'manifest'>): boolean {
  const key = documentKey(document);
  const held = manifest.held.get(key);
  if (held?.rev !== document.rev || isWithheld(held)) return false;
  return !manifest.isAssumed(key) || isUnreadable(document);
}

/** Text if the bytes are exact UTF-8 and JSON escapes do not make it too long, else base64. */
function putJson(told: object, body: Body): string {
  if ('body' in body) return JSON.stringify({ op: 'put', ...told, ...body });
  const { bytes } = body;
  if (isUtf8(bytes)) {
    const json = JSON.stringify({ op: 'put', ...told, text: bytes.toString('utf8') });
    if (json.length < 2 * bytes.byteLength + 8192) return json;
  }
  return JSON.stringify({ op: 'put', ...told, base64: bytes.toString('base64') });
}

/** The part of an indexed document that crosses the wire. */
function describedOf({ format: _format, describe: _describe, folder: _folder, ...document }: IndexedDocument) {
  return document;
}
