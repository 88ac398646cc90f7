/** What is shown: all machines, one of them, or one of its projects; with the truth about each, and a sheet to choose another. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import { placeOf, projectPlace } from '../places.ts';
import type { Route } from '../route.ts';
import { navigate } from '../router.ts';
import { useApp } from '../state/context.ts';
import { Choice, Sheet } from '../ui/sheet.tsx';
import { findMachines } from './find-machines.ts';
import { useFrame } from './frame.ts';
import { MachineField, MachinesLeft } from './MachineFilter.tsx';
import { dots, statusLine, truthOf } from './machine-status.ts';

export function Switcher(props: { onClose: () => void }) {
  const { state } = useApp();
  const frame = useFrame();
  const { shown } = frame;
  const [words, setWords] = createSignal('');
  const found = createMemo(() => findMachines(state, words(), Date.now()));
  const isProjects = () => placeOf(frame.route()).needs === 'machine';
  const go = (route: Partial<Route>) => {
    props.onClose();
    navigate(route);
  };
  // A place beside a list shows an item of one machine: another machine has its list.
  const place = () => (isProjects() ? projectPlace?.name : frame.route().place) ?? '';
  return (
    <Sheet title={isProjects() ? 'Project' : 'Machine'} onClose={props.onClose}>
      <MachineField onInput={setWords} />
      <Show when={!isProjects()}>
        <Choice chosen={shown() === undefined} onClick={() => go({ place: place() })}>
          All machines
        </Choice>
      </Show>
      <For each={found().shown}>
        {(machine) => (
          <>
            <Choice
              chosen={machine.id === shown()?.id && !(isProjects() && frame.route().project)}
              onClick={() => go({ place: place(), machine: machine.id })}
            >
              <span class={dots[truthOf(state, machine)]} />
              <span>
                {machine.name}
                <small class="soft small"> {statusLine(state, machine)}</small>
              </span>
            </Choice>
            <Show when={isProjects()}>
              <For each={machine.projects}>
                {(project) => (
                  <Choice
                    chosen={machine.id === shown()?.id && project.id === frame.route().project}
                    onClick={() => go({ place: place(), machine: machine.id, project: project.id })}
                  >
                    <span class="switcher-project">{project.name}</span>
                  </Choice>
                )}
              </For>
            </Show>
          </>
        )}
      </For>
      <MachinesLeft count={found().left} />
    </Sheet>
  );
}
