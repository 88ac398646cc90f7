/** The priority as three bars, said in words for who does not see them. */
import type { Priority } from '#contract/meta.ts';
import { priorityWords } from '../words.ts';

const filled = { low: 1, medium: 2, high: 3, critical: 3 } as const satisfies Record<Priority, number>;

export function PriorityBars(props: { priority: Priority }) {
  const level = () => filled[props.priority];
  const bar = (number: number) => (
    <rect
      x={1 + (number - 1) * 5}
      y={11 - number * 3.2}
      width="3.4"
      height={number * 3.2 + 1}
      rx="1"
      class="bar"
      classList={{ off: number > level() }}
    />
  );
  return (
    <svg
      class="bars"
      classList={{ danger: props.priority === 'critical' }}
      viewBox="0 0 16 13"
      role="img"
      aria-label={`${priorityWords[props.priority].label} priority`}
    >
      {bar(1)}
      {bar(2)}
      {bar(3)}
    </svg>
  );
}
