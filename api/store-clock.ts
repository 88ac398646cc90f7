/** Where the clock of the store's server (Redis) is not that of this machine, one of them is wrong: the log says so, and each bridge is told. */
import type { RelayTime } from '#contract/bridge.ts';
import { clockOff } from '#contract/clock-off.ts';
import { limits } from '#contract/limits.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';

/** What answers to a bridge say beside the relay's time; nothing where both clocks agree. */
export function storeAhead(nowMs: number): Pick<RelayTime, 'storeAheadMs'> {
  const storeAheadMs = Math.round(nowMs - Date.now());
  return Math.abs(storeAheadMs) > limits.clockSkewMs ? { storeAheadMs } : {};
}

const EVERY_MS = 2000;

/** Says it at the start and whenever it changes. */
export function followClock(store: Pick<Store, 'now'>, log: Log): Disposable {
  let said: string | undefined;
  const look = () => {
    const off = clockOff(Date.now() - store.now());
    if (off === said) return;
    said = off;
    if (off === undefined)
      return log.warn('clock-right', { message: 'The clock of this machine is that of Redis again.' });
    const message = `The clock of this machine is ${off} that of Redis. Sallyport goes by that of Redis; set the wrong one.`;
    log.warn('clock-off', { message });
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
