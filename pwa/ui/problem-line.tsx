/** The line that says why a call failed. */
import { Show } from 'solid-js';
import './form.css';

/** Nothing while there is no problem. */
export function ProblemLine(props: { of: string | undefined }) {
  return (
    <Show when={props.of}>
      {(problem) => (
        <p class="problem" role="alert">
          {problem()}
        </p>
      )}
    </Show>
  );
}
