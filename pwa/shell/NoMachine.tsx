/** What stands where the machine of the address is not: it is gone, or there is none at all yet. */
import { For, Match, Switch } from 'solid-js';
import { hrefTo } from '../route.ts';
import { useApp } from '../state/context.ts';
import { Empty } from '../ui/empty.tsx';
import { findMachines } from './find-machines.ts';
import { Head } from './Head.tsx';

/** `isNamed`: the address names a machine. */
export function NoMachine(props: { isNamed: boolean }) {
  const { state } = useApp();
  const others = () => findMachines(state, '', Date.now()).shown;
  return (
    <Switch
      fallback={
        <>
          <Head title="No machine yet" />
          <Empty title="Start Sallyport on a machine" command="npm start -- ~/code/my-project">
            Name the folder of a project that has specs. It appears here within seconds.
          </Empty>
        </>
      }
    >
      <Match when={props.isNamed && others().length > 0}>
        <Head title="Machine not found" />
        <div class="empty">
          <p>It was revoked, or it belongs to another organisation. Choose another machine:</p>
          <p class="choices">
            <For each={others()}>
              {(machine) => (
                <a class="button" href={hrefTo({ machine: machine.id })}>
                  {machine.name}
                </a>
              )}
            </For>
          </p>
        </div>
      </Match>
    </Switch>
  );
}
