/** A saved view of a list, under a name: one person's, or shared with the organisation. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

export const view = defineRecord({
  title: 'A saved view',
  summary:
    "Filters and order of a list under a name. It is yours alone, or the organisation's, where members may change it.",
  owners: ['person', 'organisation'],
  states: ['saved'],
  meta: v.strictObject({
    /** The list: `specs`. */
    place: v.pipe(v.string(), v.regex(/^[a-z]{1,30}$/)),
    /** The query of the app's address. */
    query: v.record(v.pipe(v.string(), v.regex(/^[a-z]{1,30}$/)), v.pipe(v.string(), v.maxLength(200))),
  }),
  metaBytesMax: 4096,
  read: 'read',
  write: 'write',
  whenFull: 'refuse',
});
