/** How many tasks of a spec were there and done, over time: a point for each change that the machine saw. A spec's file says only how it is now. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

const count = v.pipe(v.number(), v.minValue(0));

/** Ms since 1970 by the machine's clock, tasks, and those done. */
export const ProgressPoint = v.tuple([count, count, count]);
export type ProgressPoint = v.InferOutput<typeof ProgressPoint>;

export const progress = defineRecord({
  title: 'The progress of a spec',
  summary:
    'Says how many tasks a spec had, and how many of them were done, since the machine began to count. The relay keeps it when the spec is gone; beyond 5,000 or 8 MiB of a machine the oldest leave.',
  owners: ['machine'],
  /** `ended`: its tasks are no longer among the active ones: archived, or removed. */
  states: ['counted', 'ended'],
  meta: v.object({
    spec: v.string(),
    /** The tasks file in the project. */
    path: v.string(),
    /** Oldest first. The first one is how it was when counting began. */
    points: v.array(ProgressPoint),
  }),
  metaBytesMax: 16 * 1024,
  read: 'read',
  keptBy: 'relay',
  whenFull: 'oldest-leaves',
});
