/** What became of a decision, to the end: queued, delivered, written, taken by the agent, with the time of each. */
import { For, Show } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import type { RecordItem } from '#contract/record.ts';
import { useApp } from '../../state/context.ts';
import { commandsOf } from '../../state/facts/sorts.ts';
import { atTime } from '../../ui/time.ts';
import { stateWords } from '../words.ts';
import { afterwardsOf } from './decisions.ts';

/** Those of the command that decided, as far as the relay still has it, and of the decision. */
export function DecisionReceipts(props: { decision: RecordItem }) {
  const app = useApp();
  const command = () => commandsOf(app.state).find(({ id }) => id === props.decision.meta.command);
  return (
    <section>
      <h2>What became of it</h2>
      <ReceiptList receipts={command()?.receipts ?? []} decision={props.decision} />
    </section>
  );
}

export function ReceiptList(props: {
  receipts: CommandSummary['receipts'];
  /** The decision that the command made, if it made one. */
  decision: RecordItem | undefined;
}) {
  const label = ({ state }: CommandSummary['receipts'][number]) =>
    state === 'done' && props.decision !== undefined ? 'Written' : stateWords[state].label;
  const written = () => props.receipts.length === 0 && props.decision?.meta.responded_at;
  return (
    <ol class="receipts small">
      <For each={props.receipts}>
        {(receipt) => (
          <li>
            {label(receipt)} <span class="soft">{atTime(receipt.at)}</span>
          </li>
        )}
      </For>
      <Show when={written()}>
        {(at) => (
          <li>
            Written <span class="soft">{atTime(String(at()))}</span>
          </li>
        )}
      </Show>
      <Show when={props.decision}>
        {(decision) => (
          <li>
            {afterwardsOf(decision()).words} <span class="soft">{afterwardsOf(decision()).at}</span>
          </li>
        )}
      </Show>
    </ol>
  );
}
