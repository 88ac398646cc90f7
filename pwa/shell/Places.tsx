/** The tabs of the app: the left column of a desktop, the bottom bar of a phone. */
import { For, Show } from 'solid-js';
import { type EntryPlace, entries, isAt, projectPlace } from '../places.ts';
import { hrefTo, type Route } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { useFrame } from './frame.ts';
import { SwitcherButton } from './SwitcherButton.tsx';

/** How many each tab counts. */
function useCounts(): (place: EntryPlace) => number {
  const counts = new Map(entries.map(({ name, entry }) => [name, entry.useCount?.()]));
  return ({ name }) => counts.get(name)?.() ?? 0;
}

/** Where a tab leads: what needs a machine goes on with the one that is shown. */
function useHref(): (place: EntryPlace) => string {
  const { machine } = useFrame();
  return ({ name, needs }) =>
    hrefTo({
      place: name,
      ...(needs === 'machine' && machine() !== undefined ? { machine: machine()?.id } : {}),
    } as Partial<Route>);
}

export function SideColumn() {
  const frame = useFrame();
  const count = useCounts();
  const href = useHref();
  const inProject = projectPlace?.entry.useProjectCount?.();
  const tabs = (atEnd: boolean) => (
    <For each={entries.filter(({ entry }) => (entry.atEnd ?? false) === atEnd)}>
      {(place) => (
        <a class="place" href={href(place)} aria-current={isAt(frame.route(), place) ? 'page' : undefined}>
          <Icon name={place.entry.icon} />
          {place.entry.label}
          <Show when={count(place) > 0}>
            <span class="count">{count(place)}</span>
          </Show>
        </a>
      )}
    </For>
  );
  return (
    <nav class="side" aria-label="Places">
      <SwitcherButton />
      <button type="button" class="place" onClick={() => frame.open('palette')}>
        <Icon name="search" />
        Search
        <kbd class="count">Ctrl K</kbd>
      </button>
      {tabs(false)}
      <Show when={frame.machine()}>
        {(machine) => (
          <>
            <h2>Projects</h2>
            <For each={machine().projects}>
              {(project) => (
                <a
                  class="place project"
                  href={hrefTo({
                    machine: machine().id,
                    project: project.id,
                    place: projectPlace?.name,
                  } as Partial<Route>)}
                  aria-current={frame.route().project === project.id ? 'true' : undefined}
                >
                  {project.name}
                  <span class="count">{inProject?.(project.id)}</span>
                </a>
              )}
            </For>
          </>
        )}
      </Show>
      <span class="side-gap" />
      {tabs(true)}
    </nav>
  );
}

export function BottomBar() {
  const frame = useFrame();
  const count = useCounts();
  const href = useHref();
  return (
    <nav class="bottom-bar" aria-label="Places">
      <For each={entries}>
        {(place) => (
          <a href={href(place)} aria-current={isAt(frame.route(), place) ? 'page' : undefined}>
            <Icon name={place.entry.icon} />
            <span class="bar-label">{place.entry.label}</span>
            <Show when={place.entry.isWaiting && count(place) > 0}>
              <span class="badge">
                {count(place)}
                <span class="hidden-visually"> waiting</span>
              </span>
            </Show>
          </a>
        )}
      </For>
    </nav>
  );
}
