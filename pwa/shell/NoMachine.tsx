/** What stands where the machine of the address is not: it is gone, or there is none at all yet. */
import { For, Show } from 'solid-js';
import { findMachines } from '../features/machines/find-machines.ts';
import { hrefTo } from '../route.ts';
import { useApp } from '../state/context.ts';
import { Empty } from '../ui/empty.tsx';

/** `isNamed`: the address names a machine. */
export function NoMachine(props: { isNamed: boolean }) {
  const { state } = useApp();
  const others = () => findMachines(state, '', Date.now()).shown;
  return (
    <Show
      when={props.isNamed && others().length > 0}
      fallback={
        <Empty title="No machine yet" command="npm start -- ~/code/my-project">
          Start Sallyport on a machine and name a project’s folder.
        </Empty>
      }
    >
      {/* A machine that was let in just now is in the address before it is here. */}
      <Show when={state.connection.rung !== 'connecting'} fallback={<p class="empty">Looking for the machine…</p>}>
        <div class="empty">
          <h2>Machine not found</h2>
          <p>It was revoked, or it belongs to another organisation. Choose another machine:</p>
          <p class="choices">
            <For each={others()}>
              {(machine) => (
                <a class="button" href={hrefTo({ machine: machine.id, place: 'specs' })}>
                  {machine.name}
                </a>
              )}
            </For>
          </p>
        </div>
      </Show>
    </Show>
  );
}
