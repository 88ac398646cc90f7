/** Opens a terminal or runs a command: on which machine. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import { machinesByName } from '../../shell/find-machines.ts';
import { useApp } from '../../state/context.ts';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import type { Starting } from './may-start.ts';
import { StartForm } from './StartForm.tsx';
import './new-session.css';

const whats: readonly (readonly [Starting, string])[] = [
  ['terminal-open', 'Terminal'],
  ['exec', 'Run a command'],
];

export function NewSession(props: { machine: string | undefined; onClose: () => void }) {
  const { state } = useApp();
  const [what, setWhat] = createSignal<Starting>('terminal-open');
  const [chosen, setChosen] = createSignal(props.machine);
  const machines = createMemo(() => machinesByName(state).filter(({ status }) => status === 'online'));
  const machine = createMemo(() => machines().find(({ id }) => id === chosen()) ?? machines()[0]);
  return (
    <Sheet title="New session" onClose={props.onClose}>
      <fieldset class="new-what">
        <legend class="hidden-visually">What to start</legend>
        <For each={whats}>
          {([of, label]) => (
            <button type="button" aria-pressed={what() === of} onClick={() => setWhat(of)}>
              {label}
            </button>
          )}
        </For>
      </fieldset>
      <Show when={machines().length > 1}>
        <div class="new-machines">
          <For each={machines()}>
            {(each) => (
              <Choice chosen={each.id === machine()?.id} onClick={() => setChosen(each.id)}>
                {each.name}
              </Choice>
            )}
          </For>
        </div>
      </Show>
      <Show when={machine()} fallback={<p>No machine is online: nothing can be started now.</p>}>
        {(on) => (
          <Show when={`${on().id} ${what()}`} keyed>
            {(_) => <StartForm machine={on()} what={what()} onClose={props.onClose} />}
          </Show>
        )}
      </Show>
    </Sheet>
  );
}
