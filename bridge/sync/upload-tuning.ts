/** What a network accepts for uploads: how much at once, and whether compressed. Survives reconnects. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { Interruption } from '../net/interruption.ts';

export interface UploadTuning {
  bytesMax: number;
  /** Requests above this size were answered with 413. */
  bytesCeiling: number;
  opsMax: number;
  gzip: boolean;
}

/** Tuning without restrictions. */
export function createUploadTuning(): UploadTuning {
  const { ingestBytesMax, ingestOpsMax } = limits;
  return { bytesMax: ingestBytesMax, bytesCeiling: ingestBytesMax, opsMax: ingestOpsMax, gzip: true };
}

/** A request that must be split; the cause says why. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** Throws TooMuch if a failed request of this many bytes should be split. */
export function checkTooLarge(error: unknown, sentBytes: number): void {
  const isRefused = error instanceof Problem ? error.code === 'body-too-large' : isStatus413(error);
  if ((isRefused || isTimeout(error)) && sentBytes > limits.ingestBytesMin)
    throw new TooMuch('One request was too much for the network.', { cause: error });
}

/** Whether a gateway found a request too large. */
export function isStatus413(error: unknown): boolean {
  return error instanceof Interruption && error.status === 413;
}

/** Whether it is unknown if a request arrived. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Interruption && error.breakage === 'timeout';
}

/** After a success, tries a little more the next time. */
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
