/** How far a person has seen what is new. */
import * as v from 'valibot';
import { Id } from '../document.ts';
import { defineRecord } from './record-kind.ts';

export const look = defineRecord({
  title: 'A look at what is new',
  summary:
    'Says up to which change of a machine, or up to when in the Inbox, you have seen what is new, on any device.',
  owners: ['person'],
  states: ['seen'],
  meta: v.strictObject({
    /** Absent for the Inbox. */
    machine: v.optional(Id),
    /** Ms since 1970: of a machine the `mtime` of a document, by the machine's clock; of the Inbox the relay's clock. */
    upTo: v.pipe(v.number(), v.minValue(0)),
  }),
  metaBytesMax: 256,
  read: 'read',
  whenFull: 'oldest-leaves',
});
