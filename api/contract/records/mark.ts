/** A person's decision on a notice: put off until later, or dismissed. */
import * as v from 'valibot';
import { Moment } from '../document.ts';
import { defineRecord } from './record-kind.ts';

export const mark = defineRecord({
  title: 'A mark on a notice',
  summary: 'Puts a notice off, or dismisses it, for you on all your devices. Nobody else sees it.',
  owners: ['person'],
  states: ['put-off', 'dismissed'],
  meta: v.strictObject({
    /** The notice's key. */
    notice: v.pipe(v.string(), v.maxLength(2048)),
    /** `since` of the notice. A notice that comes back later has another one. */
    since: Moment,
    /** For `put-off`: when the notice comes back. */
    until: v.optional(Moment),
  }),
  metaBytesMax: 4096,
  read: 'read',
  whenFull: 'oldest-leaves',
});
