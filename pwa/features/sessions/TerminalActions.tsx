/** What can be done with a terminal, and how it ended. */
import { Show } from 'solid-js';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import type { Session } from './sessions.ts';

export function TerminalActions(props: { session: Session; onText: () => void; onClose: () => void }) {
  return (
    <Sheet title={props.session.title} onClose={props.onClose}>
      <Choice onClick={props.onText}>Select and copy its text</Choice>
    </Sheet>
  );
}

export function TerminalEnd(props: { session: Session }) {
  return (
    <div class="terminal-end">
      <p>
        This terminal {props.session.end}
        <Show when={props.session.endedAt}>{(at) => <span class="soft"> · {atTime(at())}</span>}</Show>
      </p>
    </div>
  );
}
