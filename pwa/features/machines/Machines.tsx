/** The machines, a line each; what can be done with one is on its own page. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { holds } from '#contract/scopes.ts';
import { hrefTo, type Route } from '../../route.ts';
import { findMachines, shownFirst } from '../../shell/find-machines.ts';
import { Head } from '../../shell/Head.tsx';
import { MachineField, MachinesLeft } from '../../shell/MachineFilter.tsx';
import { dots, machinesLine, statusLine, truthOf } from '../../shell/machine-status.ts';
import { useApp } from '../../state/context.ts';
import { areMachinesRead } from '../../state/facts/reading.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { counted } from '../words.ts';
import { AddMachine } from './AddMachine.tsx';

export function Machines(props: { route: Route }) {
  const { state } = useApp();
  const [adding, setAdding] = createSignal(false);
  const [words, setWords] = createSignal('');
  const [most, setMost] = createSignal(shownFirst);
  const found = createMemo(() => findMachines(state, words(), Date.now(), most()));
  const isAdmin = () => holds(state.me?.scope ?? 'read', 'admin');
  const current = () => (props.route.place === 'machine' ? props.route.machine : undefined);
  return (
    <>
      <Head
        title="Machines"
        line={areMachinesRead(state) ? machinesLine(state, Object.values(machinesOf(state))) : undefined}
      />
      <MachineField
        onInput={(text) => {
          setWords(text);
          setMost(shownFirst);
        }}
      />
      <Show when={words() !== '' && found().shown.length === 0}>
        <Empty title="No machine has this name">Type fewer letters.</Empty>
      </Show>
      <Show when={areMachinesRead(state)} fallback={<Skeleton text="Reading the machines…" />}>
        <Show when={Object.keys(machinesOf(state)).length === 0}>
          <Empty title="No machine yet" command="npm start -- ~/code/my-project">
            Start Sallyport on a machine, with the folder of a project that has specs.
          </Empty>
        </Show>
        <Rows label="Machines">
          {/* By id: a row keeps the focus when its machine tells something. */}
          <For each={found().shown.map(({ id }) => id)}>
            {(id) => (
              <Show when={machinesOf(state)[id]}>
                {(machine) => <MachineRow machine={machine()} isCurrent={current() === id} />}
              </Show>
            )}
          </For>
        </Rows>
      </Show>
      <MachinesLeft count={found().left} />
      <div class="rows-foot">
        <Show when={found().left > 0}>
          <button type="button" class="button" onClick={() => setMost(most() + shownFirst)}>
            Show {Math.min(shownFirst, found().left)} more
          </button>
        </Show>
        <Show when={isAdmin()}>
          <button type="button" class="button" onClick={() => setAdding(true)}>
            Add a machine
          </button>
          <a class="button" href={hrefTo({ place: 'pair' })}>
            Enter a code
          </a>
        </Show>
      </div>
      <Show when={adding()}>
        <AddMachine onClose={() => setAdding(false)} />
      </Show>
    </>
  );
}

function MachineRow(props: { machine: Machine; isCurrent: boolean }) {
  const { state } = useApp();
  const names = () => props.machine.projects.map(({ name }) => name);
  const facts = () =>
    [
      names().slice(0, 3).join(', ') + (names().length > 3 ? ` +${names().length - 3}` : ''),
      counted(
        props.machine.projects.reduce((sum, { documents }) => sum + documents, 0),
        'document',
      ),
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <Row
      href={hrefTo({ machine: props.machine.id, place: 'machine' })}
      isCurrent={props.isCurrent}
      lead={<span class={dots[truthOf(state, props.machine)]} />}
      title={props.machine.name}
      note={
        <>
          {statusLine(state, props.machine)}
          <Show when={names().length > 0}>
            <br />
            {facts()}
          </Show>
        </>
      }
      end={props.machine.conditions?.length ? <Chip tone="progress">Look here</Chip> : undefined}
    />
  );
}
