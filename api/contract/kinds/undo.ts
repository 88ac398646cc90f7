/** How a command that is done is taken back: by another command, which is refused where somebody changed the same since. */
import type * as v from 'valibot';
import type { Moved, TextWritten } from './args.ts';

/** A command that takes another back. */
export interface Undo {
  /** Name of its kind. */
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What it must find: the rev that the first one left. */
  readonly ifRev: string;
}

/** A spec in the archive is called by its folder, an active one by its name. */
export function nameIn(spec: string): string {
  return spec.split('/').at(-1) ?? spec;
}

/** Where only the status of a spec changed, the bytes of before come back; undefined where its folder moved. */
export function undoInPlace(
  { project, spec }: { readonly project: string; readonly spec: string },
  { undo }: v.InferOutput<typeof Moved>,
): Undo | undefined {
  return undo && { kind: 'spec-metadata-update', args: { project, spec, edits: undo.edits }, ifRev: undo.rev };
}

/** The undo of a text that was written as edits. A whole text is not taken back: nobody keeps what was there before. */
export function undoOfText(
  kind: string,
  { content: _, ...args }: { readonly content?: string | undefined; readonly [name: string]: unknown },
  { rev, undo }: v.InferOutput<typeof TextWritten>,
): Undo | undefined {
  return undo && { kind, args: { ...args, ...undo }, ifRev: rev };
}
