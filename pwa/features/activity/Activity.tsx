/** What was asked of the machines, newest first, and what became of it. */
import { createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { commandsOf } from '../../state/sorts.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { CommandItem } from './CommandItem.tsx';

const shownMax = 200;

export function Activity(props: { machine: Machine | undefined }) {
  const { state } = useApp();
  const [everywhere, setEverywhere] = createSignal(true);
  const commands = () =>
    commandsOf(state)
      .filter(({ machine }) => everywhere() || machine === props.machine?.id)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
      .slice(0, shownMax);
  return (
    <>
      <Head title="Activity" />
      <div class="filters">
        <ChipButton tone={everywhere() ? 'accent' : 'plain'} pressed={everywhere()} onClick={() => setEverywhere(true)}>
          All machines
        </ChipButton>
        <ChipButton
          tone={everywhere() ? 'plain' : 'accent'}
          pressed={!everywhere()}
          onClick={() => setEverywhere(false)}
        >
          {props.machine?.name ?? 'This machine'}
        </ChipButton>
      </div>
      <Show
        when={commands().length > 0}
        fallback={
          <Empty title="No activity yet">Changes sent from the app or with curl appear here with their receipts.</Empty>
        }
      >
        <ul class="card-list">
          <For each={commands()}>{(command) => <CommandItem command={command} />}</For>
        </ul>
      </Show>
    </>
  );
}
