/** Effects that no command asked for: those of a job that runs at its time. */
import { randomId } from '../../approvals/snapshots.ts';
import { sortOf, type Touched } from './index.ts';
import { type Placed, performAll } from './perform.ts';

/** Does them, and takes what they did into the index. Without a journal: killed in the middle, what was done stays and is told by nobody. */
export async function performUnasked(
  effects: readonly Placed[],
  takeIn: (touched: Touched) => Promise<void>,
): Promise<void> {
  await performAll(`job-${randomId()}`, effects, async () => undefined);
  for (const { place, what } of effects) {
    const { files, folders } = sortOf(what).touches(sortOf(what).toStep(what, false));
    await takeIn({ project: place.id, files, folders });
  }
}
