/** `?`: what the keys do. */
import { For } from 'solid-js';
import { Sheet } from '../ui/sheet.tsx';

const keys = [
  ['Ctrl K', 'go to any spec'],
  ['?', 'this list'],
  ['↑ ↓', 'from card to card'],
  ['Esc', 'close what is open'],
] as const;

export function Help(props: { onClose: () => void }) {
  return (
    <Sheet title="Keys" onClose={props.onClose}>
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
