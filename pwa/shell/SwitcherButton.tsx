/** At the top of a desktop's column: the machine that is shown, or all of them, with the truth about it. */
import { Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { machinesOf } from '../state/facts/sorts.ts';
import { Icon } from '../ui/icon.tsx';
import { useFrame } from './frame.ts';
import { dots, machinesLine, statusLine, truthOf } from './machine-status.ts';

export function SwitcherButton() {
  const { state } = useApp();
  const frame = useFrame();
  const { shown } = frame;
  return (
    <button type="button" class="switcher" aria-haspopup="dialog" onClick={() => frame.open('switcher')}>
      <Show
        when={shown()}
        fallback={
          <>
            <span
              class="dot"
              classList={{
                online: Object.values(machinesOf(state)).some((machine) => truthOf(state, machine) === 'online'),
              }}
            />
            <span class="name">
              All machines
              <small>{machinesLine(state, Object.values(machinesOf(state)))}</small>
            </span>
          </>
        }
      >
        {(machine) => (
          <>
            <span class={dots[truthOf(state, machine())]} />
            <span class="name">
              {machine().name}
              <small>{statusLine(state, machine())}</small>
            </span>
          </>
        )}
      </Show>
      <Icon name="down" />
    </button>
  );
}
