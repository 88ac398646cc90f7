/** What has changed in a document since the text of it that was approved. From the replica, so without a network too. */
import { createResource, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ChangesTab } from './ChangesTab.tsx';
import { orNothing } from './changes.ts';
import './approval.css';

interface SinceApprovedProps {
  readonly machine: string;
  readonly project: string;
  readonly file: string;
  /** Of the approval: the name of the spec, or `steering`. */
  readonly category: string;
  /** Of the approved text, and of the text now. */
  readonly approvedRev: string;
  readonly rev: string;
}

export function SinceApproved(props: SinceApprovedProps) {
  const app = useApp();
  const [diff] = createResource(
    () => ({ ...props }),
    async ({ machine, project, file, category, approvedRev }) => {
      const named = { project, file, category };
      const kept = await orNothing(app.answer(machine, 'approval-snapshots', named));
      const from = kept?.items.findLast(({ rev }) => rev === approvedRev)?.version;
      if (from === undefined) return null;
      return (await orNothing(app.answer(machine, 'approval-diff', { ...named, from }))) ?? null;
    },
  );
  return (
    <Show when={diff.latest !== undefined} fallback={<Skeleton text="Reading the approved text…" />}>
      <section class="since-approved" aria-label="Changed since it was approved">
        <ChangesTab diff={diff.latest ?? undefined} />
      </section>
    </Show>
  );
}
