/** Undo of a done command: by another command, which is refused if someone has changed the same file or folder since. */
import type * as v from 'valibot';
import type { Moved, TextWritten } from './args.ts';

/** A command that undoes another. */
export interface Undo {
  /** Name of its kind. */
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The rev that the first command left; absent where the kind wants none. */
  readonly ifRev?: string;
}

/** A spec in the archive is named by its folder, an active one by its name. */
export function nameIn(spec: string): string {
  return spec.split('/').at(-1) ?? spec;
}

/** If only the status of a spec changed, restores the previous bytes; undefined if its folder moved. */
export function undoInPlace(
  { project, spec }: { readonly project: string; readonly spec: string },
  { undo }: v.InferOutput<typeof Moved>,
): Undo | undefined {
  return undo && { kind: 'spec-metadata-update', args: { project, spec, edits: undo.edits }, ifRev: undo.rev };
}

/** The undo of a text that was written as edits. A whole text has no undo, because the previous text is not stored. */
export function undoOfText(
  kind: string,
  { content: _, ...args }: { readonly content?: string | undefined; readonly [name: string]: unknown },
  { rev, undo }: v.InferOutput<typeof TextWritten>,
): Undo | undefined {
  return undo && { kind, args: { ...args, ...undo }, ifRev: rev };
}
