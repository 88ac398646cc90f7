/** The sheet behind a chip: one field of a spec's metadata, changed on the machine only if the file is still what is shown. */
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import type { Meta } from '#contract/document.ts';
import type { ArgsOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { priorities, specStatuses } from '#contract/meta.ts';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { send } from '../editing.ts';
import { countBy } from '../specs/filters.ts';
import { sendStatus } from '../specs/send-status.ts';
import { type Spec, specArgOf } from '../specs/spec-groups.ts';
import { priorityWords, statusWords } from '../words.ts';

const titles = {
  status: 'Status',
  priority: 'Priority',
  tags: 'Tags',
  assignee: 'Assignee',
  dependencies: 'Links',
} as const;
export type SpecSheetName = keyof typeof titles;

type Change = Omit<ArgsOf<'spec-metadata-update'>, 'project' | 'spec'>;
interface SpecSheetProps {
  readonly name: SpecSheetName;
  readonly machine: Machine;
  readonly spec: Spec;
  readonly specs: readonly Spec[];
  readonly onClose: () => void;
}

export function SpecSheet(props: SpecSheetProps) {
  const app = useApp();
  const [force, setForce] = createSignal(false);
  // What a text field was filled from, whatever is saved while somebody types in it.
  const openedRev = props.spec.main.rev;
  const change = (args: Change, meta: Meta, ifRev = props.spec.main.rev) => {
    const { main, project } = props.spec;
    send(
      app,
      props.machine.id,
      'spec-metadata-update',
      { project, spec: specArgOf(main), ...args },
      { ifRev, optimistic: { ...main, meta: { ...main.meta, ...meta } } },
    );
    props.onClose();
  };
  const chooseStatus = (status: Spec['status']) => {
    sendStatus(app, props.machine.id, props.spec, status, force() ? true : undefined);
    props.onClose();
  };
  return (
    <Sheet title={`${titles[props.name]} on ${props.machine.name}`} onClose={props.onClose}>
      <Switch>
        <Match when={props.name === 'status'}>
          <For each={specStatuses}>
            {(status) => (
              <Choice chosen={status === props.spec.status} onClick={() => chooseStatus(status)}>
                <Chip tone={statusWords[status].tone}>{statusWords[status].label}</Chip>
              </Choice>
            )}
          </For>
          <label class="choice">
            <input type="checkbox" checked={force()} onChange={(event) => setForce(event.currentTarget.checked)} />
            Also with open items or children
          </label>
        </Match>
        <Match when={props.name === 'priority'}>
          <For each={priorities}>
            {(priority) => (
              <Choice chosen={priority === props.spec.priority} onClick={() => change({ priority }, { priority })}>
                <Chip tone={priorityWords[priority].tone}>{priorityWords[priority].label}</Chip>
              </Choice>
            )}
          </For>
          <Choice
            chosen={props.spec.priority === undefined}
            onClick={() => change({ priority: null }, { priority: '' })}
          >
            None
          </Choice>
        </Match>
        <Match when={props.name === 'tags'}>
          <Tags {...props} onChange={(tags) => change({ tags: tags.length > 0 ? tags : null }, { tags })} />
        </Match>
        <Match when={props.name === 'assignee'}>
          <OneLine
            label="Name of the assignee"
            value={props.spec.assignee ?? ''}
            onSave={(assignee) => change({ assignee: assignee || null }, { assignee }, openedRev)}
          />
        </Match>
        <Match when={props.name === 'dependencies'}>
          <DependencyChoices {...props} onChange={(args, meta) => change(args, meta)} />
        </Match>
      </Switch>
      <p class="sheet-note">
        Applied to {props.spec.main.path.split('/').at(-1)} on the machine, only if the file is unchanged since{' '}
        {atTime(props.spec.main.mtime)}.
      </p>
    </Sheet>
  );
}

function Tags(props: SpecSheetProps & { onChange: (tags: string[]) => void }) {
  const others = () =>
    countBy(props.specs, (spec) => spec.tags)
      .slice(0, 40)
      .filter(([tag]) => !props.spec.tags.includes(tag));
  return (
    <>
      <OneLine
        label="A new tag"
        value=""
        onSave={(tag) => tag && props.onChange([...new Set([...props.spec.tags, tag])])}
      />
      <For each={props.spec.tags}>
        {(tag) => (
          <Choice chosen onClick={() => props.onChange(props.spec.tags.filter((other) => other !== tag))}>
            <Chip>{tag}</Chip>
          </Choice>
        )}
      </For>
      <For each={others()}>
        {([tag]) => (
          <Choice onClick={() => props.onChange([...props.spec.tags, tag])}>
            <Chip>{tag}</Chip>
          </Choice>
        )}
      </For>
    </>
  );
}

function OneLine(props: { label: string; value: string; onSave: (text: string) => void }) {
  const [text, setText] = createSignal(props.value);
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave(text().trim());
      }}
    >
      <input
        class="field"
        aria-label={props.label}
        placeholder={props.label}
        maxlength="200"
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button primary">
        Save
      </button>
    </form>
  );
}

function DependencyChoices(props: SpecSheetProps & { onChange: (args: Change, meta: Meta) => void }) {
  const [words, setWords] = createSignal('');
  const candidates = () => {
    const text = words().toLowerCase();
    const others = props.specs.filter(
      (spec) => spec.folder !== props.spec.folder && !props.spec.dependsOn.includes(spec.name),
    );
    return others.filter(({ title, name }) => `${title} ${name}`.toLowerCase().includes(text)).slice(0, 30);
  };
  const remove = (text: string) =>
    props.onChange({ removeDependsOn: [text] }, { depends_on: props.spec.dependsOn.filter((other) => other !== text) });
  return (
    <>
      <Show when={props.spec.parent}>
        {(parent) => (
          <Choice chosen onClick={() => props.onChange({ parent: null }, { parent: '' })}>
            Part of {parent()}
          </Choice>
        )}
      </Show>
      <For each={props.spec.dependsOn}>
        {(text) => (
          <Choice chosen onClick={() => remove(text)}>
            Depends on {text}
          </Choice>
        )}
      </For>
      <input
        class="field"
        type="search"
        placeholder="Find a spec"
        aria-label="Find a spec"
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <For each={candidates()}>
        {(spec) => (
          <div class="row">
            <Choice
              onClick={() =>
                props.onChange({ addDependsOn: [spec.name] }, { depends_on: [...props.spec.dependsOn, spec.name] })
              }
            >
              <span class="mono soft">{spec.number}</span> {spec.title}
            </Choice>
            <button
              type="button"
              class="button plain small"
              onClick={() => props.onChange({ parent: spec.name }, { parent: spec.name })}
            >
              as parent
            </button>
          </div>
        )}
      </For>
    </>
  );
}
