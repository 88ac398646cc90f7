/** The filters above the specs: chips for each status, and a sheet for priority and tags. */
import { createSignal, For, Show } from 'solid-js';
import { specStatuses } from '#contract/meta.ts';
import { Chip, ChipButton } from '../../ui/chip.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { priorityWords, statusWords } from '../words.ts';
import { countBy, type SpecFilter } from './filters.ts';
import { SavedViews } from './SavedViews.tsx';
import type { Spec } from './spec-groups.ts';

/** How many tags the sheet offers, most used first. */
const tagsMax = 60;

export function SpecFilters(props: {
  specs: readonly Spec[];
  filter: SpecFilter;
  query: Readonly<Record<string, string>>;
  onChange: (change: Record<string, string>) => void;
}) {
  const [open, setOpen] = createSignal(false);
  const counts = () => new Map(countBy(props.specs, (spec) => [spec.status]));
  const present = () => specStatuses.filter((status) => counts().has(status));
  const more = () => [props.filter.priority, props.filter.tag].filter(Boolean).join(', ');
  return (
    <fieldset class="filters" style={{ border: '0' }}>
      <legend class="hidden-visually">Filters</legend>
      <ChipButton
        tone={props.filter.status ? 'plain' : 'accent'}
        pressed={!props.filter.status}
        onClick={() => props.onChange({ status: '' })}
      >
        All {props.specs.length}
      </ChipButton>
      <For each={present()}>
        {(status) => (
          <ChipButton
            tone={props.filter.status === status ? 'accent' : 'plain'}
            pressed={props.filter.status === status}
            onClick={() => props.onChange({ status: props.filter.status === status ? '' : status })}
          >
            {statusWords[status].label} {counts().get(status)}
          </ChipButton>
        )}
      </For>
      <ChipButton tone={more() ? 'accent' : 'plain'} onClick={() => setOpen(true)}>
        {more() || 'Priority, tags…'}
      </ChipButton>
      <SavedViews query={props.query} onChange={props.onChange} />
      <Show when={open()}>
        <Sheet title="Show only" onClose={() => setOpen(false)}>
          <MoreFilters {...props} />
        </Sheet>
      </Show>
    </fieldset>
  );
}

function MoreFilters(props: {
  specs: readonly Spec[];
  filter: SpecFilter;
  onChange: (change: Record<string, string>) => void;
}) {
  return (
    <>
      <h3 class="small soft">Priority</h3>
      <For each={countBy(props.specs, (spec) => [spec.priority])}>
        {([priority, count]) => (
          <Choice
            chosen={props.filter.priority === priority}
            onClick={() => props.onChange({ priority: props.filter.priority === priority ? '' : priority })}
          >
            <Chip tone={priorityWords[priority as keyof typeof priorityWords].tone}>
              {priorityWords[priority as keyof typeof priorityWords].label}
            </Chip>
            <span class="soft mono">{count}</span>
          </Choice>
        )}
      </For>
      <h3 class="small soft" style={{ 'margin-top': '14px' }}>
        Tags
      </h3>
      <For each={countBy(props.specs, (spec) => spec.tags).slice(0, tagsMax)}>
        {([tag, count]) => (
          <Choice
            chosen={props.filter.tag === tag}
            onClick={() => props.onChange({ tag: props.filter.tag === tag ? '' : tag })}
          >
            <Chip>{tag}</Chip>
            <span class="soft mono">{count}</span>
          </Choice>
        )}
      </For>
    </>
  );
}
