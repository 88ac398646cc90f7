/** Whether this clock agrees with the relay's: certificates, keys and signed commands have times in them. */
import { isStoreOff } from '#contract/clock-off.ts';
import { limits } from '#contract/limits.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';
import { setClock } from '../clock-line.ts';

/** A difference that nobody need hear of, in ms. */
const toleratedMs = 10_000;

export const clock: Check = {
  name: 'clock',
  title: 'Clock',
  group: 'This machine',
  after: ['answers'],
  run: async ({ shared }) => {
    const { aheadMs, answer } = await shared.greeting();
    return clockFinding(aheadMs, process.platform, answer.storeAheadMs);
  },
};

/** What it means that this clock is so far ahead of the relay's, and that of the relay's store of the relay's own. Pure. */
export function clockFinding(aheadMs: number, platform: NodeJS.Platform, storeAheadMs = 0): Finding {
  const off = Math.abs(aheadMs);
  if (isStoreOff(aheadMs, storeAheadMs))
    return fail(
      `The clock of the relay’s Redis is ${farText(storeAheadMs)} this one and the relay’s own. The times of edits are wrong, and signed commands are refused.`,
      { says: 'On the server where Redis runs, set the clock by the network:', copy: 'sudo timedatectl set-ntp true' },
    );
  const says = `This clock is ${farText(aheadMs)} the relay’s.`;
  if (off <= 2000) return ok('It agrees with the relay’s.');
  if (off <= toleratedMs) return ok(says);
  const fix = setClock(platform);
  return off > limits.clockSkewMs
    ? fail(`${says} Signed commands are refused, and certificates may be.`, fix)
    : note(says, fix);
}

function farText(aheadMs: number): string {
  return `${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}
