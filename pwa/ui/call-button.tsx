/** A button that makes a call, says what it is doing, and shows why it failed. */
import { createCall } from './create-call.ts';
import './form.css';
import { ProblemLine } from './problem-line.tsx';

export function CallButton(props: {
  label: string;
  /** What it says while it works. */
  busy: string;
  tone?: 'primary' | 'danger';
  call: () => Promise<void>;
}) {
  const { problem, busy, run } = createCall();
  return (
    <>
      <button
        type="button"
        class={`button ${props.tone ?? ''}`}
        aria-disabled={busy()}
        onClick={() => busy() || void run(() => props.call())}
      >
        {busy() ? props.busy : props.label}
      </button>
      <ProblemLine of={problem()} />
    </>
  );
}
