/** A form that logs what was done for a task. What its machine cannot take now waits for it. */
import { createSignal, For, Show, untrack } from 'solid-js';
import { type ArtifactKind, artifactKindNames } from '#contract/grammar/implementation-log.ts';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { Empty } from '../../ui/empty.tsx';
import { type Fields, Form, type Values } from '../../ui/form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { curlText } from '../curl-text.ts';
import { isReachable } from '../editing.ts';
import { settledInForm } from '../settled.ts';
import { useSpecs } from '../specs/machine-specs.ts';
import { AddArtifact } from './AddArtifact.tsx';
import { artifactNames, logArgs, logFields, type Made } from './log-form.ts';
import { artifactName } from './made.ts';

interface AddLogProps {
  readonly machine: Machine;
  readonly project: string;
  /** The folder of the spec that is shown; the first choice. */
  readonly spec: string | undefined;
  readonly task: string | undefined;
  readonly onClose: () => void;
}

export function AddLog(props: AddLogProps) {
  const app = useApp();
  const all = useSpecs();
  // The choices stay as they were when the form was opened.
  const specs = untrack(() =>
    all()
      .filter(
        ({ project, format, status }) =>
          project === props.project && format === 'spec-workflow' && status !== 'archived',
      )
      .toSorted((a, b) => Number(b.folder === props.spec) - Number(a.folder === props.spec)),
  );
  const fields = fieldsOf(
    specs.map(({ name }) => name),
    untrack(() => props.task),
  );
  const [made, setMade] = createSignal<readonly Made[]>([]);
  const args = ({ spec, task, ...typed }: Values<typeof fields>) =>
    logArgs({ project: props.project, spec, task }, typed, made());
  const isHere = () => isReachable(app, props.machine.id);
  const submit = async (values: Values<typeof fields>) => {
    const given = args(values);
    if (!isHere()) void app.send(props.machine.id, 'impl-log-add', given, { whenOffline: 'queue' });
    else settledInForm(app, await app.send(props.machine.id, 'impl-log-add', given, {}));
    props.onClose();
  };
  return (
    <Sheet title="Log what was done" onClose={props.onClose}>
      <Show
        when={specs.length > 0}
        fallback={<Empty title="No spec here has logs">Specs of spec-workflow have.</Empty>}
      >
        <Form
          fields={fields}
          submit={isHere() ? 'Add the log' : `Add it when ${props.machine.name} is back`}
          busy="Adding it…"
          about={{ 'task-unknown': 'task', 'spec-unknown': 'spec' }}
          curl={(values) =>
            curlText({
              origin: location.origin,
              machine: props.machine.name,
              kind: 'impl-log-add',
              args: { ...args(values) },
            })
          }
          onSubmit={submit}
          below={<MadeField made={made()} onChange={setMade} />}
        >
          <Show when={!isHere()}>
            <p class="strip" role="status">
              {props.machine.name} cannot be reached now. The log waits and is written when it can be.
            </p>
          </Show>
        </Form>
      </Show>
    </Sheet>
  );
}

function fieldsOf(specs: readonly string[], task: string | undefined) {
  return {
    spec: { label: 'Spec', value: specs[0] ?? '', choices: specs.map((name) => [name, name] as const) },
    task: { label: 'Task', value: task ?? '', note: 'Its number in tasks.md, as in 2.1.', maxLength: 100 },
    ...logFields,
  } as const satisfies Fields;
}

/** What was made: endpoints, components, functions, classes, integrations. */
function MadeField(props: { made: readonly Made[]; onChange: (made: readonly Made[]) => void }) {
  const [adding, setAdding] = createSignal<ArtifactKind>();
  return (
    <fieldset class="log-made">
      <legend>What was made</legend>
      <p class="small soft">Others find it by its name, so that it is not made twice.</p>
      <For each={props.made}>
        {(one) => (
          <p class="log-made-one">
            <span>
              {artifactNames[one.kind]} <span class="mono">{artifactName(one.kind, one.artifact)}</span>
            </span>
            <button
              type="button"
              class="button plain"
              aria-label={`Remove ${artifactName(one.kind, one.artifact)}`}
              onClick={() => props.onChange(props.made.filter((other) => other !== one))}
            >
              Remove
            </button>
          </p>
        )}
      </For>
      <div class="row wrap">
        <For each={artifactKindNames}>
          {(kind) => (
            <button type="button" class="button" aria-haspopup="dialog" onClick={() => setAdding(kind)}>
              + {artifactNames[kind]}
            </button>
          )}
        </For>
      </div>
      <Show when={adding()}>
        {(kind) => (
          <AddArtifact
            kind={kind()}
            onAdd={(artifact) => props.onChange([...props.made, { kind: kind(), artifact }])}
            onClose={() => setAdding(undefined)}
          />
        )}
      </Show>
    </fieldset>
  );
}
