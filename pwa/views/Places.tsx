/** The places of the app: the left column of a desktop, the bottom bar of a phone. */
import { For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { useSpecs } from '../features/machine-specs.ts';
import { waitingOf } from '../features/waiting.ts';
import { hrefTo, type Place, type Route } from '../route.ts';
import { useApp } from '../state/context.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { clock } from '../ui/time.ts';
import { MachineSwitcher } from './MachineSwitcher.tsx';

const places: readonly { readonly place: Place; readonly label: string; readonly icon: IconName }[] = [
  { place: 'inbox', label: 'Inbox', icon: 'inbox' },
  { place: 'specs', label: 'Specs', icon: 'specs' },
  { place: 'documents', label: 'Documents', icon: 'files' },
  { place: 'activity', label: 'Activity', icon: 'activity' },
  { place: 'machines', label: 'Machines', icon: 'machines' },
];

function isAt(route: Route, place: Place): boolean {
  return (
    route.place === place ||
    (place === 'specs' && route.place === 'spec') ||
    (place === 'documents' && route.place === 'document')
  );
}

function useCounts(): (place: Place) => number {
  const { state } = useApp();
  const specs = useSpecs();
  return (place) => (place === 'inbox' ? waitingOf(state, clock()).count : place === 'specs' ? specs().length : 0);
}

export function SideColumn(props: { machine: Machine | undefined; route: Route }) {
  const count = useCounts();
  const specs = useSpecs();
  const here = (place: Place) => ({ machine: props.machine?.id, place }) as Partial<Route>;
  const current = (is: boolean) => (is ? 'page' : undefined);
  return (
    <nav class="side" aria-label="Places">
      <MachineSwitcher machine={props.machine} route={props.route} detailed />
      <For each={places.slice(0, -1)}>
        {({ place, label }) => (
          <a class="place" href={hrefTo(here(place))} aria-current={current(isAt(props.route, place))}>
            {label}
            <Show when={count(place) > 0}>
              <span class="count">{count(place)}</span>
            </Show>
          </a>
        )}
      </For>
      <Show when={props.machine}>
        {(machine) => (
          <>
            <h2>Projects</h2>
            <For each={machine().projects}>
              {(project) => (
                <a
                  class="place project"
                  href={hrefTo({ machine: machine().id, project: project.id, place: 'specs' })}
                  aria-current={current(props.route.project === project.id)}
                >
                  {project.name}
                  <span class="count">{specs().filter((spec) => spec.project === project.id).length}</span>
                </a>
              )}
            </For>
          </>
        )}
      </Show>
      <span style={{ 'margin-top': 'auto' }} />
      <a class="place" href={hrefTo(here('machines'))} aria-current={current(props.route.place === 'machines')}>
        Machines
      </a>
      <a class="place" href={hrefTo(here('settings'))} aria-current={current(props.route.place === 'settings')}>
        Settings
      </a>
    </nav>
  );
}

export function BottomBar(props: { machine: Machine | undefined; route: Route }) {
  const count = useCounts();
  return (
    <nav class="bottom-bar" aria-label="Places">
      <For each={places}>
        {({ place, label, icon }) => (
          <a
            href={hrefTo({ machine: props.machine?.id, place } as Partial<Route>)}
            aria-current={isAt(props.route, place) ? 'page' : undefined}
          >
            <Icon name={icon} />
            {label}
            <Show when={place === 'inbox' && count(place) > 0}>
              <span class="badge">{count(place)}</span>
            </Show>
          </a>
        )}
      </For>
    </nav>
  );
}
