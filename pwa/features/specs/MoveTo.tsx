/** The board without dragging: a menu that moves a spec to another column. */
import { createSignal, For, Show } from 'solid-js';
import { specStatuses } from '#contract/meta.ts';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { mayEdit } from '../editing.ts';
import { statusWords } from '../words.ts';
import { sendStatus } from './send-status.ts';
import type { Spec } from './spec-groups.ts';

/** Nothing for a spec whose status is no field of its file. */
export function MoveTo(props: { machine: string; spec: Spec }) {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  return (
    <Show when={props.spec.main.kind === 'spec'}>
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
    </Show>
  );
}
