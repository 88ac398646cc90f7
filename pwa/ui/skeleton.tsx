/** The place of rows that are still being read. */
import { For } from 'solid-js';
import './skeleton.css';

const rows = [62, 48, 70, 55, 66, 40];

/** `text` says what is being read. */
export function Skeleton(props: { text: string }) {
  return (
    <div class="skeleton" aria-busy="true">
      <p role="status">{props.text}</p>
      <div aria-hidden="true">
        <For each={rows}>
          {(width) => (
            <div class="skeleton-row">
              <span style={{ width: `${width}%` }} />
              <span style={{ width: `${width / 2}%` }} />
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
