/** Entries of audit logs as they are read back. */
import * as v from 'valibot';
import { AuditEntry } from '#contract/audit.ts';
import { defineLayout, tryParse } from '../store/tables.ts';

/** Tolerant of a newer release: an entry may be of an action that this one does not know. */
const layout = defineLayout(
  'the audit logs',
  v.object({
    ...AuditEntry.entries,
    action: v.string(),
    result: v.string(),
    by: v.object({ name: v.string(), person: v.optional(v.string()), machine: v.optional(v.string()) }),
  }),
);
export type Entry = ReturnType<typeof layout.parse>;

/** How many entries are read at a time. */
export const ENTRIES_PER_READ = 200;

/** The entry of a line; undefined for one that cannot be read, which is passed by and told. */
export function parseEntry(line: string): Entry | undefined {
  return tryParse(layout, line, 'the audit logs', '');
}
