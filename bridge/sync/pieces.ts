/** Uploads large bodies in pieces before their documents, so that the relay has the body of every document that it lists. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { needsPieces } from './batch.ts';
import { persist } from './persist.ts';
import type { UploadDeps } from './upload-deps.ts';
import { checkTooLarge, narrow, TooMuch } from './upload-tuning.ts';

const restartsMax = 8;

/** Sends one piece of a waiting body; false if there is none. One at a time, so that small changes need not wait for large bodies. */
export async function sendNextPiece(deps: UploadDeps, signal: AbortSignal): Promise<boolean> {
  for (const [key, entry] of deps.pending) {
    const document = deps.sources.document(key);
    if (document === undefined || !needsPieces(document, deps.sources, deps.tuning)) continue;
    const bytes = await deps.sources.bytes(document);
    if (bytes !== undefined) await sendPiece(deps, document.rev, bytes, signal);
    else if (deps.pending.get(key) === entry) deps.pending.delete(key);
    return true;
  }
  return false;
}

async function sendPiece(deps: UploadDeps, rev: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const { offset, restarts } = deps.pieces.get(rev) ?? { offset: 0, restarts: 0 };
  const piece = bytes.subarray(offset, offset + Math.min(limits.blobPieceBytesMax, deps.tuning.bytesMax));
  const attempt = () => tryPiece(deps, rev, { offset, size: bytes.byteLength }, piece, signal);
  try {
    const answer = await persist(attempt, { contact: deps.contact, signal, untilLost: true });
    if (answer.done) {
      deps.pieces.delete(rev);
      deps.sources.uploaded.add(rev);
    } else deps.pieces.set(rev, { offset: Math.min(answer.offset, bytes.byteLength), restarts });
  } catch (error) {
    if (error instanceof TooMuch) narrow(deps.tuning, error.cause);
    else deps.pieces.set(rev, { offset: goOnFrom(error, bytes.byteLength, restarts), restarts: restarts + 1 });
  }
}

async function tryPiece(
  deps: UploadDeps,
  rev: string,
  query: { readonly offset: number; readonly size: number },
  bytes: Buffer,
  signal: AbortSignal,
) {
  try {
    return await deps.client.call('bridgeBlob', { parameters: { rev }, query, bytes, signal });
  } catch (error) {
    checkTooLarge(error, bytes.byteLength);
    throw error;
  }
}

/** The offset from which the upload continues, as the relay says; 0 after a mismatch. Throws other errors. */
function goOnFrom(error: unknown, size: number, restarts: number): number {
  if (!(error instanceof Problem) || restarts > restartsMax) throw error;
  if (error.code === 'digest-mismatch') return 0;
  const { offset } = error.extra;
  if (error.code === 'offset-wrong' && typeof offset === 'number' && offset >= 0 && offset <= size) return offset;
  throw error;
}
