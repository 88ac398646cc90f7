/** Waiting for what becomes true, in place of sleeping. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The first value that `probe` returns without throwing and that is not `undefined` or `false`; fails after `timeoutMs`
 * (10 s) with the last error or value in the message.
 */
export async function eventually<Value>(
  probe: () => Value | Promise<Value>,
  { timeoutMs = 10_000, everyMs = 20 } = {},
): Promise<Exclude<Value, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`not within ${timeoutMs} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`, {
    cause: last,
  });
}
