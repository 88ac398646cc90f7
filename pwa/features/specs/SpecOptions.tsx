/** The sheet behind one icon: as what the specs are shown, in which order, which of them, and the saved views. */
import { For, Show } from 'solid-js';
import { specStatuses } from '#contract/meta.ts';
import { Chip } from '../../ui/chip.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { priorityWords, statusWords } from '../words.ts';
import { countBy, specOrders } from './filters.ts';
import { SavedViews } from './SavedViews.tsx';
import type { Spec } from './spec-groups.ts';

/** How many tags are offered, most used first. */
const tagsMax = 60;

const forms = { list: 'List', board: 'Board', graph: 'Graph' } as const;

export function SpecOptions(props: {
  specs: readonly Spec[];
  query: Readonly<Record<string, string>>;
  onChange: (change: Record<string, string>) => void;
  onClose: () => void;
}) {
  const toggle = (name: string, value: string) => props.onChange({ [name]: props.query[name] === value ? '' : value });
  return (
    <Sheet title="Order, view and filters" onClose={props.onClose}>
      <h3 class="sheet-part">Show as</h3>
      <For each={Object.entries(forms)}>
        {([form, label]) => (
          <Choice chosen={(props.query.view || 'list') === form} onClick={() => props.onChange({ view: form })}>
            {label}
          </Choice>
        )}
      </For>
      <h3 class="sheet-part">Order</h3>
      <For each={Object.entries(specOrders)}>
        {([order, label]) => (
          <Choice chosen={(props.query.order || 'changed') === order} onClick={() => props.onChange({ order })}>
            {label}
          </Choice>
        )}
      </For>
      <SavedViews query={props.query} onChange={props.onChange} />
      <h3 class="sheet-part">Status</h3>
      <For each={specStatuses.filter((status) => props.specs.some((spec) => spec.status === status))}>
        {(status) => (
          <Choice chosen={props.query.status === status} onClick={() => toggle('status', status)}>
            <Chip tone={statusWords[status].tone}>{statusWords[status].label}</Chip>
            <span class="soft mono">{props.specs.filter((spec) => spec.status === status).length}</span>
          </Choice>
        )}
      </For>
      <Counted
        title="Priority"
        counts={countBy(props.specs, (spec) => [spec.priority])}
        chosen={props.query.priority}
        onChoose={(priority) => toggle('priority', priority)}
      />
      <Counted
        title="Tags"
        counts={countBy(props.specs, (spec) => spec.tags).slice(0, tagsMax)}
        chosen={props.query.tag}
        onChoose={(tag) => toggle('tag', tag)}
      />
    </Sheet>
  );
}

/** The values that specs have, most first. */
function Counted(props: {
  title: string;
  counts: readonly (readonly [string, number])[];
  chosen: string | undefined;
  onChoose: (value: string) => void;
}) {
  const word = (value: string) =>
    Object.hasOwn(priorityWords, value) ? priorityWords[value as keyof typeof priorityWords] : undefined;
  return (
    <Show when={props.counts.length > 0}>
      <h3 class="sheet-part">{props.title}</h3>
      <For each={props.counts}>
        {([value, count]) => (
          <Choice chosen={props.chosen === value} onClick={() => props.onChoose(value)}>
            <Chip tone={word(value)?.tone ?? 'plain'}>{word(value)?.label ?? value}</Chip>
            <span class="soft mono">{count}</span>
          </Choice>
        )}
      </For>
    </Show>
  );
}
