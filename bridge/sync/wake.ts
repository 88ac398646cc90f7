/** Noticing that the machine slept: a tick that comes much too late. */
import { limits } from '#contract/limits.ts';

/** Whether a tick after `gapMs` says that the machine slept. Pure. */
export function hasSlept(gapMs: number): boolean {
  return gapMs > limits.tickMs + limits.tickLateMs;
}

/** Calls `onWake` after every sleep, until disposed. The wall clock tells, since the monotonic one may stand still in sleep. */
export function startWakeWatch(onWake: (sleptMs: number) => void): Disposable {
  let last = Date.now();
  const timer = setInterval(() => {
    const gapMs = Date.now() - last;
    last = Date.now();
    if (hasSlept(gapMs)) onWake(gapMs - limits.tickMs);
  }, limits.tickMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
