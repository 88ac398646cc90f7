/** What a network was found to bear of uploads: how much at once, and whether compressed. Kept over reconnects. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { Interruption } from '../net/interruption.ts';

export interface UploadTuning {
  bytesMax: number;
  /** What was answered 413 was larger than this. */
  bytesCeiling: number;
  opsMax: number;
  gzip: boolean;
}

/** Tuning for a network that bears everything. */
export function createUploadTuning(): UploadTuning {
  const { ingestBytesMax, ingestOpsMax } = limits;
  return { bytesMax: ingestBytesMax, bytesCeiling: ingestBytesMax, opsMax: ingestOpsMax, gzip: true };
}

/** A request did not get through as one and has to be cut; the cause says why. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** Throws TooMuch if a failed request of so many bytes should be tried smaller. */
export function checkTooLarge(error: unknown, sentBytes: number): void {
  const isRefused = error instanceof Problem ? error.code === 'body-too-large' : isStatus413(error);
  if ((isRefused || isTimeout(error)) && sentBytes > limits.ingestBytesMin)
    throw new TooMuch('One request was too much for the network.', { cause: error });
}

function isStatus413(error: unknown): boolean {
  return error instanceof Interruption && error.status === 413;
}

/** Whether nobody knows what became of a request. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Interruption && error.breakage === 'timeout';
}

/** After a success: a little more the next time. */
export function widen(tuning: UploadTuning, sentBytes: number): void {
  tuning.opsMax = Math.min(limits.ingestOpsMax, tuning.opsMax * 2);
  if (sentBytes > 0.7 * tuning.bytesMax)
    tuning.bytesMax = Math.min(tuning.bytesCeiling, Math.floor(tuning.bytesMax * 1.25));
}

/** After too much: half of it. A size that was refused is not tried again; one that took too long may be, on a better day. */
export function narrow(tuning: UploadTuning, why: unknown): void {
  tuning.bytesMax = Math.max(limits.ingestBytesMin, Math.floor(tuning.bytesMax / 2));
  if (!isTimeout(why)) tuning.bytesCeiling = Math.max(limits.ingestBytesMin, Math.floor(tuning.bytesMax * 1.5));
}
