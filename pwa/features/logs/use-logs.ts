/** The implementation logs of a project or a spec, from the replica, read anew when one of them changes. */
import { type Accessor, createMemo, createResource } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf } from '../../state/sorts.ts';

interface Whose {
  readonly machine: string;
  readonly project: string | undefined;
  /** The spec's folder; all specs without one. */
  readonly spec: string | undefined;
}

/** `answer`: undefined while it is read, null where it cannot be had now. */
export function useLogs(whose: Accessor<Whose>): {
  readonly answer: Accessor<ResultOf<'impl-log-search'> | null | undefined>;
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
      if (project === undefined) return null;
      const args = { project, q: '', ...(spec === undefined ? {} : { spec }) };
      // A spec that is gone, or logs that this device cannot reach.
      const answer = await app.answer(machine, 'impl-log-search', args).catch(() => undefined);
      return answer ?? null;
    },
  );
  return { answer: () => read.latest };
}
