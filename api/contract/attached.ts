/** One attach of a device: how far its counter is, and what was sealed by it of late, in case the machine has not typed it. */
import type { Input } from './channel.ts';
import type { KeysHeld } from './keys-held.ts';
import { limits } from './limits.ts';
import type { TypedInput } from './typed-inputs.ts';

export interface Attached {
  readonly keys: KeysHeld;
  /** Counter of the last input. */
  sent: number;
  /** When it has sealed last, in ms of `performance.now()`. */
  sealedAt: number;
  /** The machine takes nothing more by it. */
  isBroken: boolean;
  /** Whoever typed by it was told that it was not typed. */
  isGivenUp: boolean;
  /** What was sealed of late, in order: where the bridge ends, its next life takes none of it. */
  recent: readonly SealedOnce[];
  /** Counter of the last text that is no more among `recent`. */
  gone: number;
}

/** An input as it was sealed by its attach. `sealedAt` counts no sleep of the device, `sealedOn` does. */
export interface SealedOnce extends TypedInput {
  readonly counter: number;
  readonly sealedAt: number;
  readonly sealedOn: number;
}

export function newlyAttached(keys: KeysHeld): Attached {
  return { keys, sent: 0, sealedAt: 0, isBroken: false, isGivenUp: false, recent: [], gone: 0 };
}

/** Whoever typed was told that it was not typed. */
export function giveUp(attached: Attached): void {
  Object.assign(attached, { isBroken: true, isGivenUp: true, recent: [] });
}

/** Whether something that was sealed by it may still be typed, by clocks that differ. */
export function mayMatter({ sent, isGivenUp, sealedAt }: Attached): boolean {
  return sent > 0 && !isGivenUp && performance.now() - sealedAt < 2 * limits.sealedInputAgeMsMax;
}

/** Whether it is young enough to be typed. */
export function isYoung({ sealedAt, sealedOn }: SealedOnce): boolean {
  return Math.max(performance.now() - sealedAt, Math.abs(Date.now() - sealedOn)) < limits.inputAgeMsMax;
}

/** Before the inputs are counted. */
export function remember(attached: Attached, inputs: readonly Input[], at: number): void {
  const [sealedAt, sealedOn] = [performance.now(), Date.now()];
  attached.gone =
    attached.recent.findLast((one) => typeof one.input === 'string' && !isYoung(one))?.counter ?? attached.gone;
  attached.recent = [
    ...attached.recent.filter(isYoung),
    ...inputs.map((input, index) => ({ input, at, sealedAt, sealedOn, counter: attached.sent + index + 1 })),
  ];
  attached.sealedAt = sealedAt;
}
