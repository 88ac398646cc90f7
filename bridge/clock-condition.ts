/** The relay's clock, and the condition of a machine whose own is far from it, or whose relay goes by a wrong one. */
import type { RelayTime } from '#contract/bridge.ts';
import { clockOff, isStoreOff } from '#contract/clock-off.ts';
import type { Conditions } from './conditions.ts';
import { createRelayClock, type RelayClock } from './sync/clock.ts';

const topic = 'clock-off';

/** A clock that says it, or that it is over, at each time that the relay sends. */
export function createTellClock(conditions: Pick<Conditions, 'say' | 'clear'>): RelayClock {
  return createRelayClock((told) => sayClock(conditions, told));
}

function sayClock(conditions: Pick<Conditions, 'say' | 'clear'>, { now, storeAheadMs = 0 }: RelayTime): void {
  const aheadMs = Date.now() - now;
  const off = clockOff(aheadMs);
  if (off === undefined) conditions.clear(topic);
  else if (isStoreOff(aheadMs, storeAheadMs))
    conditions.say({
      topic,
      title: `The clock of the relay's Redis is ${clockOff(storeAheadMs)} this one.`,
      hint: 'Set it on the server where Redis runs (timedatectl set-ntp true). Until then, edits have its time.',
    });
  else
    conditions.say({
      topic,
      title: `The clock of this machine is ${off} the relay's.`,
      hint: 'Set the clock (timedatectl set-ntp true). Until then, edits from the app use the time of the relay.',
    });
}
