/** Asks a machine what `sallyport doctor` finds there: its network, the relay as it sees it, its key, and itself. */
import * as v from 'valibot';
import { label, Moment, OpenName } from '../document.ts';
import { defineQuery } from './kind.ts';

export const doctor = defineQuery({
  title: 'Check the connection',
  summary:
    'Runs the checks of `sallyport doctor` on the machine, or answers its last run if that is younger than two minutes. Folders and secrets of the machine are left out.',
  args: v.strictObject({}),
  result: v.strictObject({
    /** When the run began. */
    at: Moment,
    /** Whether it has ended. If not, what is still being tried is `skipped`. */
    complete: v.boolean(),
    items: v.array(
      v.strictObject({
        name: OpenName,
        /** For people: "Proxy". */
        title: label(100),
        group: label(100),
        /** `note`: something to know that is not wrong. */
        state: v.picklist(['ok', 'note', 'fail', 'skipped']),
        says: label(1000),
        /** What to do, and a line to copy. */
        fix: v.optional(v.strictObject({ says: v.optional(label(1000)), copy: label(1000) })),
      }),
    ),
  }),
  scope: 'machine',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/doctor' }],
  about: [],
});
