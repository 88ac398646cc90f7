/** One machine: how it is, its projects, what it allows, what this device keeps of it, and what an admin may do with it. */
import { For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { holds } from '#contract/scopes.ts';
import { Head } from '../../shell/Head.tsx';
import { dots, statusLine, truthOf } from '../../shell/machine-status.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { keepsSome } from '../../state/replica/kept-machines.ts';
import { atTime } from '../../ui/time.ts';
import { Conditions } from './Conditions.tsx';
import { MachineCheck } from './MachineCheck.tsx';
import { MachineManaging } from './MachineManaging.tsx';
import { MachinePolicy } from './MachinePolicy.tsx';
import { MachineProjects } from './MachineProjects.tsx';
import { MachineUpload } from './MachineUpload.tsx';
import './machines.css';

export function MachinePage(props: { machine: Machine }) {
  const { state } = useApp();
  return (
    <article>
      <Head
        title={props.machine.name}
        line={
          <>
            <span class={dots[truthOf(state, props.machine)]} /> <span>{statusLine(state, props.machine)}</span>
          </>
        }
      />
      <MachineUpload machine={props.machine} />
      <Conditions machine={props.machine} />
      <MachineProjects machine={props.machine} />
      <MachineCheck machine={props.machine} />
      <Facts machine={props.machine} />
      <MachinePolicy machine={props.machine} />
      <OnThisDevice machine={props.machine.id} />
      <Show when={holds(state.me?.scope ?? 'read', 'admin')}>
        <MachineManaging machine={props.machine} />
      </Show>
    </article>
  );
}

function Facts(props: { machine: Machine }) {
  const facts = () =>
    [
      ['System', props.machine.os],
      ['Bridge', props.machine.version],
      ['Added', atTime(props.machine.createdAt)],
      ['Last heard', props.machine.lastSeenAt && atTime(props.machine.lastSeenAt)],
      ['Id', props.machine.id],
    ] as const;
  return (
    <section>
      <h2 class="rows-head">About</h2>
      <dl class="facts machine-facts">
        <For each={facts()}>
          {([name, value]) => (
            <Show when={value}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Show>
          )}
        </For>
      </dl>
    </section>
  );
}

function OnThisDevice(props: { machine: string }) {
  const app = useApp();
  const percent = () => Math.round(100 * (app.state.bodiesHere[props.machine] ?? 0));
  return (
    <section>
      <h2 class="rows-head">On this device</h2>
      <p>
        <Show when={app.state.replica === 'kept'} fallback="Nothing is stored: this browser does not allow it.">
          {percent()} % of its texts can be read offline.
        </Show>
      </p>
      <Show when={keepsSome(Object.keys(machinesOf(app.state)).length)}>
        <label class="tick-line">
          <input
            type="checkbox"
            checked={app.state.visits[props.machine]?.marked === true}
            onChange={(event) => app.keepMachine(props.machine, event.currentTarget.checked)}
          />
          <span>Keep on this device, also when I do not open it for a month</span>
        </label>
      </Show>
    </section>
  );
}
