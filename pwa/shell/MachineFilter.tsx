/** In a large organisation: the field that finds machines by name, and how many are not listed. */
import { Show } from 'solid-js';
import { counted } from '../features/words.ts';
import { useApp } from '../state/context.ts';
import { machinesOf } from '../state/facts/sorts.ts';
import { keepsSome } from '../state/replica/kept-machines.ts';

/** The field; nothing where all machines are listed anyway. */
export function MachineField(props: { onInput: (words: string) => void }) {
  const { state } = useApp();
  return (
    <Show when={keepsSome(Object.keys(machinesOf(state)).length)}>
      <input
        class="field"
        type="search"
        placeholder="Find a machine by name"
        aria-label="Find a machine by name"
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </Show>
  );
}

/** What stands below a list that is cut. */
export function MachinesLeft(props: { count: number }) {
  return (
    <Show when={props.count > 0}>
      <p class="small soft">{counted(props.count, 'more machine')}. Type a part of the name to find one.</p>
    </Show>
  );
}
