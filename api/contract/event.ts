/** Facts in a machine's log. Every event is idempotent: applying it twice, or after a snapshot that holds it already, changes nothing. */
import * as v from 'valibot';
import { CommandSummary } from './command.ts';
import { Document, Id, Path, Rev } from './document.ts';
import { Machine } from './machine.ts';

const at = v.string();

export const Event = v.variant('type', [
  /** A document is new or has changed. */
  v.strictObject({ type: v.literal('document-put'), machine: Id, at, document: Document }),
  v.strictObject({ type: v.literal('document-deleted'), machine: Id, at, project: Id, path: Path }),
  /** The same bytes under another path; `document` is the new one. */
  v.strictObject({ type: v.literal('document-moved'), machine: Id, at, project: Id, from: Path, document: Document }),
  /** The body of a pending document has arrived. */
  v.strictObject({ type: v.literal('body-held'), machine: Id, at, project: Id, path: Path, rev: Rev }),
  /** A command is new or its state has changed. */
  v.strictObject({ type: v.literal('command-changed'), machine: Id, at, command: CommandSummary }),
  /** The machine's status, name, projects, counts, kinds or policy changed. */
  v.strictObject({ type: v.literal('machine-changed'), machine: Id, at, record: Machine }),
  v.strictObject({ type: v.literal('machine-removed'), machine: Id, at }),
]);
export type Event = v.InferOutput<typeof Event>;
