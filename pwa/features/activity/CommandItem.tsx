/** A command with its receipts. */
import { For, Show } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { atTime } from '../../ui/time.ts';
import { useFeatures } from '../context.ts';
import { titleOfKind } from '../editing.ts';
import { stateWords } from '../words.ts';

export function CommandItem(props: { command: CommandSummary }) {
  const { state } = useApp();
  const features = useFeatures();
  const about = () =>
    Object.entries(props.command.about)
      .filter(([name]) => name !== 'project')
      .map(([, value]) => value)
      .join(' · ');
  return (
    <li class="panel item">
      <h3 class="row wrap">
        {titleOfKind(features, props.command.kind)}
        <Chip tone={stateWords[props.command.state].tone}>{stateWords[props.command.state].label}</Chip>
      </h3>
      <p class="small soft">
        {about()} · {machinesOf(state)[props.command.machine]?.name ?? props.command.machine} · by{' '}
        {props.command.by.name}
      </p>
      <Show when={props.command.problem}>
        {(problem) => <p class="small">{problem().detail ?? problem().title}</p>}
      </Show>
      <p class="small soft">
        <For each={props.command.receipts}>
          {(receipt, index) => `${index() > 0 ? ' → ' : ''}${stateWords[receipt.state].label} ${atTime(receipt.at)}`}
        </For>
      </p>
    </li>
  );
}
