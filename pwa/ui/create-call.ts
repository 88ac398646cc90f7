/** A call that a button or a form makes. */
import { createSignal } from 'solid-js';

/** What the call is doing: nothing, working, or why it failed. `run` resolves to whether it succeeded. */
export function createCall() {
  const [failure, setFailure] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  const problem = () => (failure() === undefined ? undefined : messageOf(failure()));
  const run = async (call: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await call();
    } catch (error) {
      setFailure(error ?? 'It failed.');
    }
    setBusy(false);
  };
  return { failure, problem, busy, run };
}

/** What went wrong, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
