/** The status of a spec as a ring that fills as its tasks are done; said in words for who does not see it. */
import { Show } from 'solid-js';
import { statusWords } from '../words.ts';
import type { Spec } from './spec-groups.ts';

/** Around half the radius, so that a stroke of the full width draws a disc. */
const round = 2 * Math.PI * 2.75;

export function StatusRing(props: { spec: Spec }) {
  const share = () => {
    if (props.spec.status === 'complete') return 1;
    const { progress } = props.spec;
    return props.spec.status === 'in-progress' && progress !== undefined ? progress.done / progress.total : 0;
  };
  const words = () => {
    const { progress } = props.spec;
    const label = statusWords[props.spec.status].label;
    return progress === undefined ? label : `${label}, ${progress.done} of ${progress.total}`;
  };
  return (
    <svg class={`ring ${statusWords[props.spec.status].tone}`} viewBox="0 0 20 20" role="img" aria-label={words()}>
      <circle
        class="ring-edge"
        cx="10"
        cy="10"
        r="8"
        stroke-dasharray={props.spec.status === 'planned' || props.spec.status === 'draft' ? '3.2 3.1' : undefined}
      />
      <Show when={share() > 0}>
        <circle class="ring-share" cx="10" cy="10" r="2.75" stroke-dasharray={`${share() * round} ${round}`} />
      </Show>
    </svg>
  );
}
