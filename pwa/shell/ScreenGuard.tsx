/** Holds what fails on a screen or in a dialog to it: the frame and every other screen go on. */
import { createEffect, ErrorBoundary, type JSX, on, onMount, Show } from 'solid-js';
import { Sheet } from '../ui/sheet.tsx';

/** A step to another `route` draws anew what failed. With `onClose` it is dialogs that are held, and one of them says so. */
export function ScreenGuard(props: { route: unknown; onClose?: () => void; children: JSX.Element }) {
  return (
    <ErrorBoundary
      fallback={(error, again) => {
        createEffect(on(() => props.route, again, { defer: true }));
        return (
          <Show when={props.onClose} fallback={<Broken what="screen" error={error} onAgain={again} />}>
            {(close) => (
              <Sheet
                title="Something is missing"
                onClose={() => {
                  close()();
                  again();
                }}
              >
                <Broken what="dialog" error={error} onAgain={again} />
              </Sheet>
            )}
          </Show>
        );
      }}
    >
      {props.children}
    </ErrorBoundary>
  );
}

function Broken(props: { what: 'screen' | 'dialog'; error: unknown; onAgain: () => void }) {
  // For whoever looks into it: the place of the failure stands in the stack alone.
  onMount(() => console.error(props.error));
  // A browser remembers that a screen's script could not be had, and asks for it again only after a reload. What was typed is kept.
  const isScriptMissing = () => props.what === 'screen' && /import|module/i.test(text());
  const text = () => (props.error instanceof Error ? props.error.message : String(props.error));
  return (
    <div class="empty" role="alert">
      <h2>This {props.what} cannot be drawn</h2>
      <p>
        Everything else works, and nothing on a machine has changed. Try again, or reload the app. If it stays, report
        this text: <code>{text().slice(0, 300)}</code>
      </p>
      <p class="choices">
        <button type="button" class="button" onClick={() => (isScriptMissing() ? location.reload() : props.onAgain())}>
          Try again
        </button>
        <button type="button" class="button" onClick={() => location.reload()}>
          Reload the app
        </button>
      </p>
    </div>
  );
}
