/** Why a session is not offered again. */
import { Show } from 'solid-js';
import type { Session } from './sessions.ts';

export function NotAgain(props: { session: Session }) {
  return (
    <Show when={!props.session.isWhole}>
      <p class="small soft">
        It was started with more than is kept here: a longer line, variables or input. So it cannot be started again
        from here.
      </p>
    </Show>
  );
}
