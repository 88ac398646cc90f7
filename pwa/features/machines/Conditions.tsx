/** What a machine says of itself or of a project while it lasts: one sentence each, and the next step. */
import { For, Show } from 'solid-js';
import type { Condition } from '#contract/condition.ts';
import type { Machine } from '#contract/machine.ts';

/** Of all projects, or of `project` and of the machine itself. */
export function Conditions(props: { machine: Machine; project?: string | undefined }) {
  const shown = () =>
    (props.machine.conditions ?? []).filter(({ project }) => {
      return project === undefined || props.project === undefined || project === props.project;
    });
  const nameOf = ({ project }: Condition) => props.machine.projects.find(({ id }) => id === project)?.name;
  return (
    <For each={shown()}>
      {(condition) => (
        <div class="condition" role="status">
          <p>
            <Show when={props.project === undefined && nameOf(condition)}>{(name) => <b>{name()}: </b>}</Show>
            {condition.title}
          </p>
          <p class="small soft">{condition.hint}</p>
        </div>
      )}
    </For>
  );
}
