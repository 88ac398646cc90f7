/** The implementation logs of a project or a spec, from the replica, read anew when one of them changes. */
import { type Accessor, createMemo, createResource } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { messageOf } from '../../ui/create-call.ts';

interface Whose {
  readonly machine: string;
  readonly project: string | undefined;
  /** The spec's folder; all specs without one. */
  readonly spec: string | undefined;
}

/** Why this device has no answer: it lacks a text, or all documents. */
const notHere =
  'Some of them are not on this device and cannot be loaded now, or the project has too many documents for it.';

/** `answer`: undefined while it is read, null where it cannot be had now; `why` says why. */
export function useLogs(whose: Accessor<Whose>): {
  readonly answer: Accessor<ResultOf<'impl-log-search'> | null | undefined>;
  readonly why: Accessor<string | undefined>;
} {
  const app = useApp();
  const revs = createMemo(() => {
    const { machine, project } = whose();
    const logs = Object.values(documentsOf(app.state, machine)).filter(
      (document) => document.kind === 'implementation-log' && document.project === project,
    );
    return logs.map(({ path, rev }) => `${path} ${rev}`).join('\n');
  });
  const [read] = createResource(
    () => ({ ...whose(), revs: revs() }),
    async ({ machine, project, spec }) => {
      if (project === undefined) return { why: 'No project is chosen.' };
      const args = { project, q: '', ...(spec === undefined ? {} : { spec }) };
      try {
        return { found: await app.answer(machine, 'impl-log-search', args), why: notHere };
      } catch (error) {
        // Such as a spec that is gone.
        return { why: messageOf(error) };
      }
    },
  );
  const answer = () => (read.latest === undefined ? undefined : (read.latest.found ?? null));
  return { answer, why: () => read.latest?.why };
}
