/** A decision on an approval, and what became of it: kept when the agent has removed the approval. Made elsewhere or here; the machine tells it. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

const text = v.pipe(v.string(), v.maxLength(2000));

export const decision = defineRecord({
  title: 'A decision on an approval',
  summary:
    'Says who decided on which text, with which words, and whether the agent has taken it. The relay keeps it when the approval is gone; beyond 5,000 or 8 MiB of a machine the oldest leave.',
  owners: ['machine'],
  /** `reopened`: taken back. `overridden`: another program wrote another decision over it. `withdrawn`: the agent took its request back. `gone`: it ended while the bridge did not run. */
  states: ['decided', 'taken', 'reopened', 'overridden', 'withdrawn', 'gone'],
  meta: v.object({
    approval: v.string(),
    /** The approval's JSON in the project. */
    path: v.string(),
    file: v.optional(v.string()),
    category: v.optional(v.string()),
    /** `approved`, `rejected`, `needs-revision`; absent where nobody decided. */
    status: v.optional(v.string()),
    /** `here`: by a command of this relay. `elsewhere`: by the tool's dashboard, an editor, or by hand. */
    how: v.picklist(['here', 'elsewhere']),
    by: v.optional(v.string()),
    /** Fingerprint of the device key that signed it. */
    signed_by: v.optional(v.string()),
    command: v.optional(v.string()),
    response: v.optional(text),
    comments: v.optional(v.number()),
    responded_at: v.optional(v.string()),
    /** Rev of the text that was decided on, where it is known. */
    file_rev: v.optional(v.string()),
    /** The checkout whose text was decided on, where they differed. */
    checkout: v.optional(v.string()),
    /** Rev of the JSON after the decision. */
    rev: v.optional(v.string()),
    snapshot: v.optional(v.number()),
    /** When the agent took it, ISO 8601. */
    taken_at: v.optional(v.string()),
  }),
  read: 'read',
  keptBy: 'relay',
  whenFull: 'oldest-leaves',
});
