/** `?`: what the keys do. */
import { For } from 'solid-js';
import { entries } from '../places.ts';
import { Sheet } from '../ui/sheet.tsx';

const keys = [
  ...entries.map(({ entry }) => [`g ${entry.key}`, `go to ${entry.label}`] as const),
  ['Ctrl K  or  /', 'search and go anywhere'],
  ['↑ ↓', 'move in a list'],
  ['Enter', 'open'],
  ['j k', 'in a review: go from change to change'],
  ['c', 'in a review: comment on the change, or on all of it'],
  ['a r x', 'in a review: Approve, Needs revision or Reject'],
  ['Esc', 'close what is open above the screen'],
  ['?', 'show this list'],
] as const;

export function Help(props: { onClose: () => void }) {
  return (
    <Sheet title="Keyboard shortcuts" onClose={props.onClose}>
      <dl class="facts">
        <For each={keys}>
          {([key, what]) => (
            <>
              <dt class="mono">{key}</dt>
              <dd>{what}</dd>
            </>
          )}
        </For>
      </dl>
    </Sheet>
  );
}
