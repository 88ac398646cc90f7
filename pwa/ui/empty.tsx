/** What stands where there is nothing: why, and the next step. */
import { type JSX, Show } from 'solid-js';
import { CommandLine } from './copy.tsx';

/** `command`: what to type on the machine. */
export function Empty(props: { title: string; command?: string; children?: JSX.Element }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      <Show when={props.command}>{(command) => <CommandLine text={command()} />}</Show>
    </div>
  );
}
