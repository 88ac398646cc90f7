/** Toasts: short words at the foot of the screen, with at most one thing to do. */
import { createSignal, For, Show } from 'solid-js';

export interface Toast {
  readonly id: string;
  readonly text: string;
  /** A second, softer line. */
  readonly note?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Ms after which it goes by itself; absent, it stays until it is closed or replaced. */
  readonly forMs?: number;
}

const [toasts, setToasts] = createSignal<readonly Toast[]>([]);
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Shows a toast, in place of the one with the same id. */
export function showToast(toast: Toast): void {
  clearTimeout(timers.get(toast.id));
  setToasts((all) => [...all.filter(({ id }) => id !== toast.id), toast].slice(-3));
  if (toast.forMs !== undefined)
    timers.set(
      toast.id,
      setTimeout(() => closeToast(toast.id), toast.forMs),
    );
}

/** Takes a toast away. */
export function closeToast(id: string): void {
  setToasts((all) => all.filter((toast) => toast.id !== id));
}

/** Where toasts appear; once, in the frame. */
export function Toasts() {
  return (
    <div class="toasts" role="status">
      <For each={toasts()}>
        {(toast) => (
          <div class="toast">
            <span>
              {toast.text}
              <Show when={toast.note}>{(note) => <small>{note()}</small>}</Show>
            </span>
            <Show when={toast.action}>
              {(action) => (
                <button
                  type="button"
                  onClick={() => {
                    closeToast(toast.id);
                    action().run();
                  }}
                >
                  {action().label}
                </button>
              )}
            </Show>
            <button type="button" aria-label="Close" onClick={() => closeToast(toast.id)}>
              ×
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
