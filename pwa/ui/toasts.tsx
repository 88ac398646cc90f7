/** Toasts: short words at the foot of the screen, with at most one thing to do. */
import { type JSX, Show } from 'solid-js';

/** Where toasts appear; once, in the frame. What comes into it is read aloud. */
export function Toasts(props: { children: JSX.Element }) {
  return (
    <div class="toasts" role="status">
      {props.children}
    </div>
  );
}

/** One toast; `note` is a second, softer line. */
export function Toast(props: {
  text: string;
  note?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
  onClose: () => void;
}) {
  return (
    <div class="toast">
      <span>
        {props.text}
        <Show when={props.note}>{(note) => <small>{note()}</small>}</Show>
      </span>
      <Show when={props.action}>
        {(action) => (
          <button type="button" onClick={() => action().run()}>
            {action().label}
          </button>
        )}
      </Show>
      <button type="button" aria-label="Close" onClick={() => props.onClose()}>
        ×
      </button>
    </div>
  );
}
