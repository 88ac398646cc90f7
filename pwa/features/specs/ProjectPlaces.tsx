/** The sheet behind one icon: what there is of a project beside its specs. */
import { For } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';

interface PlaceOfProject {
  readonly place: string;
  readonly label: string;
  readonly icon: IconName;
  /** LeanSpec has none. */
  readonly isWorkflow?: true;
  /** It shows one project. */
  readonly isOfOne?: true;
}

const places: readonly PlaceOfProject[] = [
  { place: 'steering', label: 'Steering', icon: 'steering', isWorkflow: true },
  { place: 'documents', label: 'Documents', icon: 'files' },
  { place: 'logs', label: 'Implementation logs', icon: 'audit', isWorkflow: true, isOfOne: true },
  { place: 'project', label: 'Progress', icon: 'progress' },
];

/** Without `project`, of all projects of the machine. */
export function ProjectPlaces(props: { machine: Machine; project: string | undefined; onClose: () => void }) {
  const shown = () => props.machine.projects.filter(({ id }) => !props.project || id === props.project);
  const only = () => (shown().length === 1 ? shown()[0] : undefined);
  const hasWorkflow = () => shown().some(({ formats }) => formats.some((format) => format !== 'lean-spec'));
  const offered = () =>
    places.filter(({ isWorkflow, isOfOne }) => (!isWorkflow || hasWorkflow()) && (!isOfOne || only() !== undefined));
  const open = (place: string) => {
    props.onClose();
    navigate({ machine: props.machine.id, project: only()?.id, place } as Partial<Route>);
  };
  return (
    <Sheet title={only()?.name ?? props.machine.name} onClose={props.onClose}>
      <For each={offered()}>
        {({ place, label, icon }) => (
          <Choice onClick={() => open(place)}>
            <Icon name={icon} /> {label}
          </Choice>
        )}
      </For>
    </Sheet>
  );
}
