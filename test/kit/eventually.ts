/** Waiting for what becomes true, in place of sleeping. */
import { setTimeout as delay } from 'node:timers/promises';

/** How long a story waits for what becomes true. One that is to fail, without its rule, says so sooner (`test/mutants`). */
export const patienceMs = Number(process.env.SALLYPORT_TEST_PATIENCE_MS ?? 30_000);

/**
 * The first value that `probe` returns without throwing and that is not `undefined` or `false`; fails after `timeoutMs`
 * (30 s: a busy machine takes its time) with the last error or value in the message.
 */
export async function eventually<Value>(
  probe: () => Value | Promise<Value>,
  { timeoutMs = patienceMs, everyMs = 20 } = {},
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
