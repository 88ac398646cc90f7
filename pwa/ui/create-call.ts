/** A call that a button makes. */
import { createSignal } from 'solid-js';

/** What the call is doing: nothing, working, or why it failed. */
export function createCall() {
  const [problem, setProblem] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const run = async (call: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    await call().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
    setBusy(false);
  };
  return { problem, busy, run };
}
