/** Which machine is shown: its name with the truth about it, and a sheet to choose another. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { findMachines } from '../features/machines/find-machines.ts';
import { MachineField, MachinesLeft } from '../features/machines/MachineFilter.tsx';
import { dots, statusLine, truthOf } from '../features/machines/machine-status.ts';
import type { Route } from '../route.ts';
import { navigate } from '../router.ts';
import { useApp } from '../state/context.ts';
import { Icon } from '../ui/icon.tsx';
import { Choice, Sheet } from '../ui/sheet.tsx';

/** `detailed`: with the status in words below the name. */
export function MachineSwitcher(props: { machine: Machine | undefined; route: Route; detailed?: boolean }) {
  const { state } = useApp();
  const [open, setOpen] = createSignal(false);
  const [words, setWords] = createSignal('');
  const found = createMemo(() => findMachines(state, words(), Date.now()));
  const choose = (machine: string) => {
    setOpen(false);
    navigate({
      place: props.route.place === 'spec' || props.route.place === 'document' ? 'specs' : props.route.place,
      machine,
    });
  };
  return (
    <>
      <button type="button" class="machine-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <span class={props.machine ? dots[truthOf(state, props.machine)] : 'dot'} />
        <span class="name">
          {props.machine?.name ?? 'No machine'}
          <Show when={props.detailed && props.machine}>
            {(machine) => <small>{statusLine(state, machine())}</small>}
          </Show>
        </span>
        <Icon name="down" />
      </button>
      <Show when={open()}>
        <Sheet title="Machine" onClose={() => setOpen(false)}>
          <MachineField onInput={setWords} />
          <For each={found().shown}>
            {(machine) => (
              <Choice chosen={machine.id === props.machine?.id} onClick={() => choose(machine.id)}>
                <span class={dots[truthOf(state, machine)]} />
                <span>
                  {machine.name}
                  <small class="soft small"> {statusLine(state, machine)}</small>
                </span>
              </Choice>
            )}
          </For>
          <MachinesLeft count={found().left} />
          <Choice
            onClick={() => {
              setOpen(false);
              navigate({ ...props.route, place: 'machines', project: undefined, item: undefined, query: {} });
            }}
          >
            Manage machines
          </Choice>
        </Sheet>
      </Show>
    </>
  );
}
