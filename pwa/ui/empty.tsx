/** What stands where there is nothing: why, and the next step. */
import { type JSX, lazy, Show, Suspense } from 'solid-js';

/** Few of these name a command, and none does on the first screen of somebody who has a machine. */
const CommandLine = lazy(async () => ({ default: (await import('./copy.tsx')).CommandLine }));

/** `command`: what to type on the machine. */
export function Empty(props: { title: string; command?: string; children?: JSX.Element }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      <Show when={props.command}>
        {(command) => (
          <Suspense>
            <CommandLine text={command()} />
          </Suspense>
        )}
      </Show>
    </div>
  );
}
