/** `?`: what the keys do. */
import { For } from 'solid-js';
import { Sheet } from '../ui/sheet.tsx';

const keys = [
  ['Ctrl K', 'go to any spec'],
  ['?', 'show this list'],
  ['↑ ↓', 'move between cards'],
  ['Esc', 'close the open panel'],
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
