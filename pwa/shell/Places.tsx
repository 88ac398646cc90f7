/** The places of the app: the left column of a desktop, the bottom bar of a phone. */
import { For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { useSpecs } from '../features/specs/machine-specs.ts';
import { type EntryPlace, entries, isAt } from '../places.ts';
import { hrefTo, type Route } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { MachineSwitcher } from './MachineSwitcher.tsx';

/** How many each place of the navigation counts. */
function useCounts(): (place: EntryPlace) => number {
  const counts = new Map(entries.map(({ name, entry }) => [name, entry.useCount?.()]));
  return ({ name }) => counts.get(name)?.() ?? 0;
}

export function SideColumn(props: { machine: Machine | undefined; route: Route }) {
  const count = useCounts();
  const specs = useSpecs();
  const here = ({ name }: EntryPlace) => ({ machine: props.machine?.id, place: name }) as Partial<Route>;
  const current = (is: boolean) => (is ? 'page' : undefined);
  return (
    <nav class="side" aria-label="Places">
      <MachineSwitcher machine={props.machine} route={props.route} detailed />
      <For each={entries.filter(({ entry }) => !entry.atEnd)}>
        {(place) => (
          <a class="place" href={hrefTo(here(place))} aria-current={current(isAt(props.route, place))}>
            {place.entry.label}
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
      <For each={entries.filter(({ entry }) => entry.atEnd)}>
        {(place) => (
          <a class="place" href={hrefTo(here(place))} aria-current={current(isAt(props.route, place))}>
            {place.entry.label}
          </a>
        )}
      </For>
    </nav>
  );
}

export function BottomBar(props: { machine: Machine | undefined; route: Route }) {
  const count = useCounts();
  return (
    <nav class="bottom-bar" aria-label="Places">
      <For each={entries}>
        {(place) => (
          <Show when={place.entry.icon}>
            {(icon) => (
              <a
                href={hrefTo({ machine: props.machine?.id, place: place.name } as Partial<Route>)}
                aria-current={isAt(props.route, place) ? 'page' : undefined}
              >
                <Icon name={icon()} />
                {place.entry.label}
                <Show when={place.entry.isWaiting && count(place) > 0}>
                  <span class="badge">{count(place)}</span>
                </Show>
              </a>
            )}
          </Show>
        )}
      </For>
    </nav>
  );
}
