/** That a file under review is another text in several checkouts of its project: then only the machine can show it. Told while somebody waits for the decision. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

export const checkouts = defineRecord({
  title: 'The checkouts of a file under review',
  summary:
    'Says that the file that an approval asks about is another text in other checkouts of the project, and in which; or that its text where the agent works cannot be shown. Their texts stay on the machine.',
  owners: ['machine'],
  /** `same`: it is no longer so, or nobody waits any more. */
  states: ['differ', 'same'],
  meta: v.object({
    approval: v.string(),
    /** The approval's JSON in the project. */
    path: v.string(),
    file: v.string(),
    /** That which is shown comes first. */
    checkouts: v.array(v.object({ checkout: v.string(), rev: v.string() })),
    /** The checkout where the agent works, if its text cannot be shown. */
    missing: v.optional(v.string()),
  }),
  read: 'read',
  whenFull: 'oldest-leaves',
});
