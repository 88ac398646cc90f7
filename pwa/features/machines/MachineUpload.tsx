/** How far a long upload of a machine is: a bar, and in words. */
import { Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { uploadedText, uploadText } from '#contract/uploading.ts';
import { uploadOf } from '../../shell/machine-status.ts';

export function MachineUpload(props: { machine: Machine }) {
  const isOnline = () => props.machine.status === 'online';
  return (
    <Show when={uploadOf(props.machine)}>
      {(now) => (
        <section class="upload">
          <progress max={now().there + now().left} value={now().there} aria-label="Uploaded" />
          <p class="small soft">
            {isOnline()
              ? `Uploading: ${uploadText(now())}.`
              : `Its upload was interrupted: ${uploadedText(now())}. It goes on when it is back.`}
          </p>
        </section>
      )}
    </Show>
  );
}
