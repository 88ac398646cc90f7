/** Sending what changed: one batch at a time, the same bytes until it is acknowledged, smaller or uncompressed where the network wants it so. */
import type { IngestEnvelope } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { Problem } from '#contract/problems.ts';
import { revOf } from '../files/rev.ts';
import { Interruption } from '../net/interruption.ts';
import { type Batch, emptyBatch, type Pending, takeBatch } from './batch.ts';
import { type LeftNow, leftOf } from './left.ts';
import { LinkMoved, persist } from './persist.ts';
import { sendNextPiece } from './pieces.ts';
import type { UploadDeps } from './upload-deps.ts';
import { checkTooLarge, isTimeout, narrow, TooMuch, widen } from './upload-tuning.ts';

/** Uploads until `signal` aborts. Throws LinkMoved. */
export async function runUpload(deps: UploadDeps, signal: AbortSignal): Promise<void> {
  let seq = 1;
  let saysLeft = false;
  while (!signal.aborted) {
    const batch = await takeBatch(deps.pending, deps.sources, deps.tuning);
    if (batch !== undefined) {
      saysLeft = leftNow(deps) !== undefined;
      if (await sendBatch(deps, batch, seq, signal)) seq += 1;
      continue;
    }
    if (saysLeft && leftNow(deps) === undefined) {
      // What was left came to nothing: the relay is told that it is no longer so.
      saysLeft = false;
      if (await sendBatch(deps, emptyBatch(deps.sources), seq, signal)) seq += 1;
      continue;
    }
    if (await sendNextPiece(deps, signal)) continue;
    deps.onDone();
    await deps.wakeup.next(signal);
  }
}

/** Whether the batch was taken; if not, it is to be cut smaller. Unless it was taken, what it told is pending again: a description that changed alone shows in no digest. */
async function sendBatch(deps: UploadDeps, batch: Batch, seq: number, signal: AbortSignal): Promise<boolean> {
  const bytes = encodeBatch(batch, deps.epoch, seq, leftNow(deps));
  try {
    await persist(() => tryBatch(deps, bytes, signal), { contact: deps.contact, signal, untilLost: true });
  } catch (error) {
    putBack(deps.pending, batch.told);
    if (!(error instanceof TooMuch)) throw error;
    batch.undo();
    deps.sources.telling.clear();
    cutDown(deps, batch, error);
    return false;
  }
  deps.sources.telling.clear();
  // A newer version that came meanwhile stays.
  for (const [id, record] of batch.records)
    if (deps.sources.records.get(id) === record) deps.sources.records.delete(id);
  deps.pace.count(batch.told.length);
  deps.onAcknowledged(seq, batch.told, leftNow(deps));
  widen(deps.tuning, bytes.byteLength);
  return true;
}

async function tryBatch(deps: UploadDeps, bytes: Buffer, signal: AbortSignal): Promise<void> {
  try {
    await deps.client.call('bridgeIngest', { bytes, gzip: deps.tuning.gzip, signal });
  } catch (error) {
    checkTooLarge(error, bytes.byteLength);
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
  if (batch.ops.length > 1) return;
  const [only] = batch.told;
  // The relay takes this record in no form.
  for (const [id] of batch.records) deps.sources.records.delete(id);
  if (only === undefined) return;
  deps.pending.delete(documentKey(only));
  deps.onRefused(only, refused);
}

/** Before all others, as it was; what changed meanwhile is newer and stays. */
function putBack(pending: Map<string, Pending>, told: readonly Pending[]): void {
  const others = [...pending];
  pending.clear();
  for (const one of told) pending.set(documentKey(one), one);
  for (const [key, one] of others) pending.set(key, one);
}

function leftNow({ pending, total, sources, pace }: UploadDeps): LeftNow | undefined {
  const { held } = sources.manifest;
  return leftOf({ held, pending, total: total(), perSecond: pace.perSecond() });
}

function encodeBatch({ ops, manifestDigest }: Batch, epoch: number, seq: number, left: LeftNow | undefined): Buffer {
  const line = Buffer.from(`[${ops.join(',')}]`);
  const uploading = left && { uploading: left };
  const envelope: IngestEnvelope = { epoch, seq, digest: revOf(line), manifestDigest, ...uploading };
  return Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), line]);
}
