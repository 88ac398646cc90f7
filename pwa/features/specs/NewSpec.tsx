/** A form that makes a new spec. It opens the spec once it is there; what a machine cannot take now waits for it. */
import { createEffect, createSignal, Show, untrack } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { navigate } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Fields, Form, type Values } from '../../ui/form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { curlText } from '../curl-text.ts';
import { isEditAllowed, isReachable } from '../editing.ts';
import { settledInForm } from '../settled.ts';
import { useSpecs } from './machine-specs.ts';
import { nameWrong, newSpecArgs, type SpecPlace, specPlacesOf } from './new-spec.ts';

interface NewSpecProps {
  readonly machine: Machine;
  /** The project that is shown; the first choice. */
  readonly project: string | undefined;
  readonly onClose: () => void;
}

export function NewSpec(props: NewSpecProps) {
  const app = useApp();
  const specs = useSpecs();
  // The choices stay as they were when the form was opened.
  const places = untrack(() =>
    specPlacesOf(props.machine)
      .filter(({ project }) => isEditAllowed(app, props.machine.id, { kind: 'spec-create', project }))
      .toSorted((a, b) => Number(b.project === props.project) - Number(a.project === props.project)),
  );
  const placeOf = (where: string | undefined) => places[Number(where)];
  const fields = fieldsOf(places, (name, where) => nameWrong(name, placeOf(where), specs()));
  const args = ({ where, ...typed }: Values<typeof fields>) => {
    const place = placeOf(where) as SpecPlace;
    return newSpecArgs(place, typed, places.filter(({ project }) => project === place.project).length === 1);
  };
  const [made, setMade] = createSignal<{ readonly project: string; readonly folder: string }>();
  createEffect(() => {
    const spec = specs().find(({ project, folder }) => project === made()?.project && folder === made()?.folder);
    if (spec === undefined) return;
    props.onClose();
    navigate({ machine: props.machine.id, project: spec.project, place: 'spec', item: spec.folder });
  });
  const isHere = () => isReachable(app, props.machine.id);
  const submit = async (values: Values<typeof fields>) => {
    const given = args(values);
    if (!isHere()) {
      void app.send(props.machine.id, 'spec-create', given, { whenOffline: 'queue' });
      return props.onClose();
    }
    const result = settledInForm(app, await app.send(props.machine.id, 'spec-create', given, {}));
    if (result !== undefined) setMade({ project: given.project, folder: result.folder });
  };
  return (
    <Sheet title="New spec" onClose={props.onClose}>
      <Show when={places.length > 0} fallback={<Nowhere />}>
        <Form
          fields={fields}
          submit={isHere() ? 'Make the spec' : `Make it when ${props.machine.name} is back`}
          busy="Making it…"
          about={{ 'edit-refused': 'name' }}
          curl={(values) =>
            curlText({
              origin: location.origin,
              machine: props.machine.name,
              kind: 'spec-create',
              args: { ...args(values) },
            })
          }
          onSubmit={submit}
        >
          <Show when={!isHere()}>
            <p class="strip" role="status">
              {props.machine.name} cannot be reached now. The spec waits and is made when it can be.
            </p>
          </Show>
        </Form>
      </Show>
    </Sheet>
  );
}

function Nowhere() {
  return (
    <Empty title="No project takes a new spec">
      The policy of this machine, or your role, lets you make none here. Ask its owner or an admin.
    </Empty>
  );
}

/** `check` gets the name and the index of the place. */
function fieldsOf(
  places: readonly SpecPlace[],
  check: (name: string, where: string | undefined) => string | undefined,
) {
  return {
    where: { label: 'Project', value: '0', choices: places.map(({ label }, at) => [String(at), label] as const) },
    name: {
      label: 'Name',
      note: 'The name of its folder: a to z, 0 to 9 and hyphens. LeanSpec puts the next number before it.',
      placeholder: 'user-login',
      maxLength: 200,
      check: (name, { where }) => check(name, where),
    },
    title: { label: 'Title', note: 'By default the words of the name.', maxLength: 200, optional: true },
    content: {
      label: 'Text',
      note: 'The whole document, in Markdown. By default the project’s template.',
      rows: 5,
      optional: true,
    },
  } as const satisfies Fields;
}
