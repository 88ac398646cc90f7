/** The state of what is shown in one line. Two clocks that are never mixed: when a machine was heard, and when the relay was. */
import { Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { machinesOf } from '../state/facts/sorts.ts';
import { isWide } from '../ui/wide.ts';
import { useFrame } from './frame.ts';
import { dots, heardLine, machinesLine, truthOf } from './machine-status.ts';

/** Of the machine that the screen shows, or of all. On a desktop the switcher beside says it. */
export function StateLine() {
  return (
    <Show when={!isWide()}>
      <Line />
    </Show>
  );
}

function Line() {
  const { state } = useApp();
  const { shown } = useFrame();
  return (
    <Show when={shown()} fallback={<AllMachines />}>
      {(machine) => (
        <>
          <span class={dots[truthOf(state, machine())]} />
          <span>
            {machine().name} · {heardLine(state, machine())}
          </span>
        </>
      )}
    </Show>
  );
}

function AllMachines() {
  const { state } = useApp();
  const all = () => Object.values(machinesOf(state));
  return (
    <>
      <span class="dot" classList={{ online: all().some((machine) => truthOf(state, machine) === 'online') }} />
      <span>{machinesLine(state, all())}</span>
    </>
  );
}
