/** Sending what changed: one batch at a time, the same bytes until it is acknowledged, smaller or uncompressed where the network wants it so; large bodies go first, in pieces. */
import type { IngestEnvelope } from '#contract/delta.ts';
import { documentKey } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import type { IndexedDocument } from '../project.ts';
import { revOf } from '../watch/read.ts';
import { type Batch, type BatchSources, needsPieces, type Pending, takeBatch } from './batch.ts';
import { type Contact, LinkMoved, persist } from './persist.ts';
import type { Wakeup } from './wakeup.ts';

/** What the network was found to bear; kept over reconnects. */
export interface UploadTuning {
  bytesMax: number;
  /** What was answered 413 was larger than this. */
  bytesCeiling: number;
  opsMax: number;
  gzip: boolean;
}

/** Tuning of a network that bears everything. */
export function createUploadTuning(): UploadTuning {
  const { ingestBytesMax, ingestOpsMax } = limits;
  return { bytesMax: ingestBytesMax, bytesCeiling: ingestBytesMax, opsMax: ingestOpsMax, gzip: true };
}

export interface UploadDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly pending: Map<string, Pending>;
  /** Goes off when `pending` has grown. */
  readonly wakeup: Wakeup;
  readonly sources: BatchSources & { readonly uploaded: Set<string> };
  readonly tuning: UploadTuning;
  readonly contact: Contact;
  readonly onAcknowledged: (seq: number, told: readonly Pending[]) => void;
  /** Nothing is pending. */
  readonly onDone: () => void;
  /** The relay takes this document in no form. */
  readonly onRefused: (told: Pending, problem: Problem) => void;
}

/** Uploads until `signal` aborts. Throws LinkMoved. */
export async function runUpload(deps: UploadDeps, signal: AbortSignal): Promise<void> {
  let seq = 1;
  while (!signal.aborted) {
    const batch = await takeBatch(deps.pending, deps.sources, deps.tuning);
    if (batch !== undefined) {
      if (await sendBatch(deps, batch, seq, signal)) seq += 1;
      continue;
    }
    if (await sendLarge(deps, signal)) continue;
    deps.onDone();
    await deps.wakeup.next(signal);
  }
}

/** Whether the batch was taken; if not, what it told is pending again, to be cut smaller. */
async function sendBatch(deps: UploadDeps, batch: Batch, seq: number, signal: AbortSignal): Promise<boolean> {
  const bytes = encodeBatch(batch, deps.epoch, seq);
  try {
    await persist(() => tryBatch(deps, bytes, signal), { contact: deps.contact, signal, untilLost: true });
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    batch.undo();
    for (const told of batch.told.toReversed()) putBack(deps.pending, told);
    cutDown(deps, batch, error);
    return false;
  }
  deps.onAcknowledged(seq, batch.told);
  widen(deps.tuning, bytes.byteLength);
  return true;
}

/** The batch did not get through as one; it is cut. */
class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

async function tryBatch(deps: UploadDeps, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const { client, tuning } = deps;
  try {
    await client.call('bridgeIngest', { bytes, gzip: tuning.gzip, signal });
  } catch (error) {
    if (isTooLarge(error) && bytes.byteLength > limits.ingestBytesMin)
      throw new TooMuch('One request was too much for the network.', { cause: error });
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'digest-mismatch' || error.code === 'media-type-unsupported')
      return await sendPlain(deps, bytes, signal, error);
    if (error.code === 'body-invalid' || error.code === 'json-invalid')
      throw new TooMuch('The relay refused a batch.', { cause: error });
    throw error;
  }
}

/** Something between changes what is compressed: from now on nothing is. */
async function sendPlain(deps: UploadDeps, bytes: Buffer, signal: AbortSignal, why: Problem): Promise<void> {
  if (!deps.tuning.gzip) {
    const sentence = `Something between here and ${deps.client.where} changes what is sent (${why.code}).`;
    throw new Interruption(sentence, { breakage: 'answered', cause: why });
  }
  deps.tuning.gzip = false;
  await tryBatch(deps, bytes, signal);
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof Problem) return error.code === 'body-too-large';
  return isTimeout(error) || (error instanceof Interruption && error.status === 413);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Interruption && error.breakage === 'timeout';
}

/** After a success: a little more the next time. */
function widen(tuning: UploadTuning, sentBytes: number): void {
  tuning.opsMax = Math.min(limits.ingestOpsMax, tuning.opsMax * 2);
  if (sentBytes > 0.7 * tuning.bytesMax)
    tuning.bytesMax = Math.min(tuning.bytesCeiling, Math.floor(tuning.bytesMax * 1.25));
}

/** After too much: half of it. A size that was refused is not tried again; one that took too long may be, on a better day. */
function narrow(tuning: UploadTuning, why: unknown): void {
  tuning.bytesMax = Math.max(limits.ingestBytesMin, Math.floor(tuning.bytesMax / 2));
  if (!isTimeout(why)) tuning.bytesCeiling = Math.max(limits.ingestBytesMin, Math.floor(tuning.bytesMax * 1.5));
}

/** Throws LinkMoved after a timeout: the relay may have taken the batch, and only a comparison tells. */
function cutDown(deps: UploadDeps, batch: Batch, { cause, message }: TooMuch): void {
  const { tuning } = deps;
  const refused = cause instanceof Problem && cause.code !== 'body-too-large' ? cause : undefined;
  if (refused === undefined) {
    narrow(tuning, cause);
    if (isTimeout(cause)) throw new LinkMoved('lost', message);
    return;
  }
  tuning.opsMax = Math.max(1, Math.floor(batch.ops.length / 2));
  const [only] = batch.told;
  if (batch.ops.length > 1 || only === undefined) return;
  deps.pending.delete(documentKey(only));
  deps.onRefused(only, refused);
}

/** What changed meanwhile is newer and stays. */
function putBack(pending: Map<string, Pending>, told: Pending): void {
  const key = documentKey(told);
  if (!pending.has(key)) pending.set(key, told);
}

function encodeBatch({ ops, manifestDigest }: Batch, epoch: number, seq: number): Buffer {
  const line = Buffer.from(`[${ops.join(',')}]`);
  const envelope: IngestEnvelope = { epoch, seq, digest: revOf(line), manifestDigest };
  return Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), line]);
}

/** Uploads the next large body that something waits for; false if there is none. */
async function sendLarge(deps: UploadDeps, signal: AbortSignal): Promise<boolean> {
  for (const [key, entry] of deps.pending) {
    const document = deps.sources.document(key);
    if (document === undefined || !needsPieces(document, deps.sources, deps.tuning)) continue;
    const bytes = await deps.sources.bytes(document);
    if (bytes === undefined) {
      if (deps.pending.get(key) === entry) deps.pending.delete(key);
      return true;
    }
    await sendPieces(deps, document, bytes, signal);
    return true;
  }
  return false;
}

/** Sends a body from where the relay has it; gives way to changes after each piece. */
async function sendPieces(
  deps: UploadDeps,
  { rev }: IndexedDocument,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  let offset = 0;
  let restarts = 0;
  while (!signal.aborted) {
    const piece = bytes.subarray(offset, offset + Math.min(limits.blobPieceBytesMax, deps.tuning.bytesMax));
    try {
      const answer = await persist(() => tryPiece(deps, rev, offset, piece, signal), {
        contact: deps.contact,
        signal,
        untilLost: true,
      });
      if (answer.done) {
        deps.sources.uploaded.add(rev);
        return;
      }
      if (answer.offset > bytes.byteLength)
        throw new LinkMoved('lost', 'The relay holds more of a body than there is.');
      offset = answer.offset;
    } catch (error) {
      if (error instanceof TooMuch) narrow(deps.tuning, error.cause);
      else offset = goOnFrom(error, bytes.byteLength, restarts++);
    }
  }
}

async function tryPiece(deps: UploadDeps, rev: string, offset: number, bytes: Buffer, signal: AbortSignal) {
  try {
    return await deps.client.call('bridgeBlob', { parameters: { rev }, query: { offset }, bytes, signal });
  } catch (error) {
    if (isTooLarge(error) && bytes.byteLength > limits.ingestBytesMin)
      throw new TooMuch('One request was too much for the network.', { cause: error });
    throw error;
  }
}

/** Where the relay says the upload goes on; the whole again after a mismatch. */
function goOnFrom(error: unknown, size: number, restarts: number): number {
  if (!(error instanceof Problem) || restarts > 8) throw error;
  if (error.code === 'digest-mismatch') return 0;
  const { offset } = error.extra;
  if (error.code === 'offset-wrong' && typeof offset === 'number' && offset >= 0 && offset <= size) return offset;
  throw error;
}
