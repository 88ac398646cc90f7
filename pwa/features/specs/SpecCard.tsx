/** A spec in a list or on the board. */
import { createSignal, For, Show } from 'solid-js';
import { type SpecStatus, specStatuses } from '#contract/meta.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { ago } from '../../ui/time.ts';
import { mayEdit, send } from '../editing.ts';
import { priorityWords, statusWords } from '../words.ts';
import { type Spec, specArgOf } from './spec-groups.ts';

/** How many tags a card shows. */
const tagsMax = 2;

export interface SpecCardProps {
  readonly machine: string;
  readonly spec: Spec;
  readonly chosen: boolean;
  readonly query: Readonly<Record<string, string>>;
  /** On the board the column says the status, and the card can be moved. */
  readonly onBoard?: boolean;
}

export function SpecCard(props: SpecCardProps) {
  const word = () => statusWords[props.spec.status];
  const href = () =>
    hrefTo({
      machine: props.machine,
      project: props.spec.project,
      place: 'spec',
      item: props.spec.folder,
      query: props.query,
    });
  return (
    <li class="card" classList={{ chosen: props.chosen }}>
      <a class="title" href={href()} aria-current={props.chosen ? 'true' : undefined}>
        <Show when={props.spec.number}>{(number) => <span class="number">{number()}</span>}</Show>
        <span>{props.spec.title}</span>
      </a>
      <div class="words">
        <Show when={!props.onBoard}>
          <Chip tone={word().tone}>{word().label}</Chip>
        </Show>
        <Show when={props.spec.priority}>
          {(priority) => <Chip tone={priorityWords[priority()].tone}>{priorityWords[priority()].label}</Chip>}
        </Show>
        <For each={props.spec.tags.slice(0, tagsMax)}>{(tag) => <Chip>{tag}</Chip>}</For>
        <Show when={props.spec.problem}>
          <Chip tone="danger">unreadable</Chip>
        </Show>
        <Show when={props.spec.withheld}>
          <Chip tone="quiet">stays on the machine</Chip>
        </Show>
        <span class="time">{ago(props.spec.changedAt)}</span>
      </div>
      <Show when={props.spec.status === 'in-progress' && props.spec.progress}>
        {(progress) => (
          <div class="progress-bar">
            <span style={{ width: `${Math.round((100 * progress().done) / progress().total)}%` }} />
          </div>
        )}
      </Show>
      <Show when={props.onBoard && props.spec.main.kind === 'spec'}>
        <MoveTo machine={props.machine} spec={props.spec} />
      </Show>
    </li>
  );
}

/** The board without dragging. */
function MoveTo(props: { machine: string; spec: Spec }) {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <button
        type="button"
        class="button plain icon move"
        aria-label={`Move ${props.spec.title}`}
        onClick={() => setOpen(true)}
      >
        <Icon name="more" />
      </button>
      <Show when={open()}>
        <Sheet title={`Move ${props.spec.number ?? props.spec.name} to`} onClose={() => setOpen(false)}>
          <For each={specStatuses}>
            {(status) => (
              <Choice
                chosen={status === props.spec.status}
                disabled={props.spec.withheld !== undefined || !mayEdit(app, props.machine)}
                onClick={() => {
                  setOpen(false);
                  sendStatus(app, props.machine, props.spec, status);
                }}
              >
                <Chip tone={statusWords[status].tone}>{statusWords[status].label}</Chip>
              </Choice>
            )}
          </For>
        </Sheet>
      </Show>
    </>
  );
}

/** Sets a LeanSpec spec's status, shown at once. */
export function sendStatus(
  app: ReturnType<typeof useApp>,
  machine: string,
  spec: Spec,
  status: SpecStatus,
  force?: true,
): void {
  if (status === spec.status) return;
  const { main } = spec;
  const args = { project: spec.project, spec: specArgOf(main), status, ...(force ? { force } : {}) };
  send(app, machine, 'spec-metadata-update', args, {
    ifRev: main.rev,
    optimistic: { ...main, meta: { ...main.meta, status } },
  });
}
