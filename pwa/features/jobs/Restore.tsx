/** What a run has moved, and how it comes back. */
import { createSignal, Show } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { settledOrThrow } from '../settled.ts';
import { counted } from '../words.ts';

export function Restore(props: { machine: Machine; run: ResultOf<'job-run'>; onRestored: () => void }) {
  const app = useApp();
  const [restored, setRestored] = createSignal(false);
  const byProject = () => Object.entries(Object.groupBy(props.run.items, ({ project }) => project));
  const restore = async () => {
    for (const [project, items = []] of byProject()) {
      const args = { project, items: items.map(({ trashed }) => trashed) };
      settledOrThrow(await app.send(props.machine.id, 'trash-restore', args, {}));
    }
    setRestored(true);
    props.onRestored();
  };
  return (
    <div class="strip" role="status">
      <Show
        when={!restored()}
        fallback={<span>{counted(props.run.items.length, 'item')} brought back from the trash.</span>}
      >
        <span>{counted(props.run.items.length, 'item')} moved to the trash, where it stays for 30 days.</span>
        <Show when={props.run.items.length > 0}>
          <CallButton label="Restore" busy="Restoring…" call={restore} />
        </Show>
      </Show>
    </div>
  );
}
