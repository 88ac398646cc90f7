/** A form for one thing that was made. In a portal: it opens within another form, and is none of its fields. */
import { untrack } from 'solid-js';
import { Portal } from 'solid-js/web';
import type { Artifact, ArtifactKind } from '#contract/grammar/implementation-log.ts';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { artifactFields, artifactNames, artifactOf } from './log-form.ts';

export function AddArtifact(props: { kind: ArtifactKind; onAdd: (artifact: Artifact) => void; onClose: () => void }) {
  const kind = untrack(() => props.kind);
  return (
    <Portal>
      <FormSheet
        title={artifactNames[kind]}
        fields={artifactFields(kind)}
        submit="Add"
        busy="Adding…"
        onSubmit={async (typed) => props.onAdd(artifactOf(kind, typed))}
        onClose={props.onClose}
      />
    </Portal>
  );
}
