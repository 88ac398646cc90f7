/** What archiving and bringing back share: how the spec is called, and how it is taken back where it stayed in its place. */
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import type { Undo } from './feature.ts';

/** An archived spec may be called by its folder, an active one by its name. */
export function nameIn(spec: string): string {
  return spec.split('/').at(-1) ?? spec;
}

/** Where only the status changed, the bytes of before come back; undefined where the folder moved. */
export function undoInPlace(
  { project, spec }: ArgsOf<'spec-archive'>,
  { undo }: ResultOf<'spec-archive'>,
): Undo | undefined {
  return undo && { kind: 'spec-metadata-update', args: { project, spec, edits: undo.edits }, ifRev: undo.rev };
}
