/** Toasts: short words at the foot of the screen, with what can be done about them. */
import { For, type JSX, Show } from 'solid-js';

export interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

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
  actions?: readonly ToastAction[];
  onClose: () => void;
}) {
  return (
    <div class="toast">
      <span class="toast-words">
        {props.text}
        <Show when={props.note}>{(note) => <small>{note()}</small>}</Show>
      </span>
      <span class="toast-actions">
        <For each={props.actions}>
          {(action) => (
            <button type="button" onClick={() => action.run()}>
              {action.label}
            </button>
          )}
        </For>
        <button type="button" aria-label="Close" onClick={() => props.onClose()}>
          ×
        </button>
      </span>
    </div>
  );
}
