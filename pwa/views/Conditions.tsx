/** What a machine says of itself or of a project while it lasts: one sentence each, and the next step. */
import { For } from 'solid-js';
import type { Condition } from '#contract/condition.ts';

export function Conditions(props: { of: readonly Condition[] }) {
  return (
    <For each={props.of}>
      {({ title, hint }) => (
        <div class="condition" role="status">
          <p>{title}</p>
          <p class="small soft">{hint}</p>
        </div>
      )}
    </For>
  );
}
