/** What waits for me, over all machines. */
import { createMemo, For, Show } from 'solid-js';
import { waitingOf } from '../features/waiting.ts';
import { hrefTo } from '../route.ts';
import { useApp } from '../state/context.ts';
import { Empty } from '../ui/empty.tsx';
import { atTime, clock } from '../ui/time.ts';
import { CommandItem } from './CommandItem.tsx';
import { Conditions } from './Conditions.tsx';
import { statusLine } from './machine-status.ts';

export function Inbox() {
  const { state } = useApp();
  const waiting = createMemo(() => waitingOf(state, clock()));
  return (
    <>
      <h1>Inbox</h1>
      <Show
        when={waiting().count > 0}
        fallback={
          <Empty title="Nothing is waiting for you">
            Conflicts, failed commands, your drafts, approvals, warnings from machines, and machines that went offline
            appear here.
          </Empty>
        }
      >
        <div class="card-list">
          <For each={waiting().drafts}>
            {({ machine, document, changedAt }) => (
              <article class="panel item">
                <h2>
                  <a href={hrefTo({ machine, project: document.project, place: 'document', item: document.path })}>
                    {document.title ?? document.path}
                  </a>
                </h2>
                <p class="small soft">
                  Your draft from {atTime(changedAt)} is not applied on {state.machines[machine]?.name ?? 'its machine'}
                </p>
              </article>
            )}
          </For>
          <For each={waiting().approvals}>
            {({ machine, document }) => (
              <article class="panel item">
                <h2>
                  <a href={hrefTo({ machine, project: document.project, place: 'document', item: document.path })}>
                    {document.title ?? document.path}
                  </a>
                </h2>
                <p class="small soft">is waiting for approval on {state.machines[machine]?.name}</p>
              </article>
            )}
          </For>
          <ul class="cards">
            <For each={waiting().commands}>{(command) => <CommandItem command={command} />}</For>
          </ul>
          <For each={waiting().saying}>
            {(machine) => (
              <article class="panel item">
                <h2>
                  <a href={hrefTo({ machine: machine.id, place: 'specs' })}>{machine.name}</a>
                </h2>
                <Conditions machine={machine} />
              </article>
            )}
          </For>
          <For each={waiting().machines}>
            {(machine) => (
              <article class="panel item">
                <h2>{machine.name}</h2>
                <p class="small soft">
                  {statusLine(state, machine)}. Start its bridge again, or check whether the machine is asleep.
                </p>
              </article>
            )}
          </For>
        </div>
      </Show>
    </>
  );
}
