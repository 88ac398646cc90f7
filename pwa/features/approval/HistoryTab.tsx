/** The texts that were kept of this file, and what was said to the agent. */
import { For, Show } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { RecordItem } from '#contract/record.ts';
import { Empty } from '../../ui/empty.tsx';
import { atTime } from '../../ui/time.ts';
import { visible } from '../documents/Changes.tsx';
import { counted } from '../words.ts';
import { decisionSentence } from './decisions.ts';

export const triggerWords: Readonly<Record<string, string>> = {
  initial: 'Asked about',
  approved: 'Approved',
  revision_requested: 'Sent back for revision',
  manual: 'Kept by hand',
};

export function HistoryTab(props: {
  readonly snapshots: ResultOf<'approval-snapshots'> | undefined;
  readonly whole: ResultOf<'approval-get'> | undefined;
  readonly decisions: readonly RecordItem[];
}) {
  const items = () => (props.snapshots?.items ?? []).toReversed();
  const other = () => {
    const { file } = props.snapshots ?? {};
    return file !== undefined && file !== props.whole?.file.path ? file : undefined;
  };
  return (
    <>
      <Show when={other()}>
        {(file) => (
          <p class="strip" role="status">
            Files with the same name share their history: this one was kept for {file()}.
          </p>
        )}
      </Show>
      <Show when={props.decisions.length > 0}>
        <h2 class="review-part">Decisions</h2>
        <ol class="review-history">
          <For each={props.decisions}>
            {(decision) => (
              <li>
                <strong>{visible(decision.title)}</strong>
                <span class="small soft">{decisionSentence(decision)}</span>
                <Show when={decision.meta.response}>{(words) => <span>{visible(String(words()))}</span>}</Show>
              </li>
            )}
          </For>
        </ol>
        <h2 class="review-part">Texts</h2>
      </Show>
      <Show when={items().length > 0} fallback={<Empty title="No versions yet">The first decision keeps one.</Empty>}>
        <ol class="review-history">
          <For each={items()}>
            {({ version, trigger, timestamp, approvalTitle, lines }) => (
              <li>
                <strong>
                  {triggerWords[trigger] ?? trigger} · version {version}
                </strong>
                <span class="small soft">
                  {timestamp === '' ? '' : `${atTime(timestamp)} · `}
                  {visible(approvalTitle)} · {counted(lines, 'line')}
                </span>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </>
  );
}
