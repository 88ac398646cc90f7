/** Preloaded into a program of ours (`--import`): it says four times a second how long its event loop was held up since the last time. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const say = () => {
    process.stdout.write(`${JSON.stringify({ event: 'loop-delay', ms: Math.round(delay.max / 1e6) })}\n`);
    delay.reset();
  };
  setInterval(say, 250).unref();
}
