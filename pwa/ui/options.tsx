/** What a select offers. */
import { For } from 'solid-js';

export function Options(props: {
  of: readonly (readonly [value: string, text: string])[];
  /** The chosen one. */
  value: string | undefined;
}) {
  return (
    <For each={props.of}>
      {([value, text]) => (
        <option value={value} selected={value === props.value}>
          {text}
        </option>
      )}
    </For>
  );
}
