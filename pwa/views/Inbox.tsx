/** What waits for me, over all machines, and what changed since I last looked. */
import { createMemo, For, onCleanup, Show } from 'solid-js';
import { changedSinceLooked, newestChanges } from '../features/since-looked.ts';
import { waitingOf } from '../features/waiting.ts';
import { counted } from '../features/words.ts';
import { hrefTo } from '../route.ts';
import { useApp } from '../state/context.ts';
import { keepsSome } from '../state/kept-machines.ts';
import { machinesOf, machinesWithDocuments } from '../state/sorts.ts';
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
                  Your draft from {atTime(changedAt)} is not applied on{' '}
                  {machinesOf(state)[machine]?.name ?? 'its machine'}
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
                <p class="small soft">is waiting for approval on {machinesOf(state)[machine]?.name}</p>
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
      <SinceLooked />
    </>
  );
}

const changesShownMax = 50;

/** What changed in the files since the Inbox was last open; leaving it counts as having looked. */
function SinceLooked() {
  const app = useApp();
  const { state } = app;
  const changed = createMemo(() => changedSinceLooked(state));
  const look = () => app.seen(newestChanges(state));
  onCleanup(look);
  const covered = () => {
    const [kept, all] = [machinesWithDocuments(state).length, Object.keys(machinesOf(state)).length];
    return keepsSome(all) ? `On the ${counted(kept, 'machine')} of ${all} that this device keeps` : '';
  };
  return (
    <section>
      <div class="row">
        <h2>Since you last looked</h2>
        <Show when={changed().length > 0}>
          <button type="button" class="button plain spread" onClick={look}>
            Mark all as seen
          </button>
        </Show>
      </div>
      <Show when={covered()}>{(text) => <p class="small soft">{text()}</p>}</Show>
      <ul class="card-list">
        <For each={changed().slice(0, changesShownMax)} fallback={<li class="small soft">No files changed</li>}>
          {({ machine, document, count }) => (
            <li class="panel item">
              <h3>
                <a href={hrefTo({ machine, project: document.project, place: 'document', item: document.path })}>
                  {document.spec ?? document.title ?? document.path}
                </a>
              </h3>
              <p class="small soft">
                {document.path.split('/').at(-1)}
                {count > 1 ? ` and ${counted(count - 1, 'other file')}` : ''} changed {atTime(document.mtime)} on{' '}
                {machinesOf(state)[machine]?.name}
              </p>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
