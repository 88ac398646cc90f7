/** A one-use link, as text and as a code to scan, that signs somebody in elsewhere. */
import { createResource, Show } from 'solid-js';
import { renderSVG } from 'uqr';
import { CommandLine } from '../ui/copy.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { atTime } from '../ui/time.ts';

export function OtherDevice(props: {
  title: string;
  /** Who whoever opens it is. */
  whose: string;
  make: () => Promise<{ readonly url: string; readonly expiresAt: string }>;
  onClose: () => void;
}) {
  const [link] = createResource(() => props.make());
  const absolute = (url: string) => new URL(url, location.origin).href;
  return (
    <Sheet title={props.title} onClose={props.onClose}>
      <Show when={!link.error} fallback={<p role="alert">{String(link.error?.message ?? link.error)}</p>}>
        <Show when={link()} fallback={<p class="soft">Making a link …</p>}>
          {(made) => (
            <div class="stack">
              {/* The picture is drawn here from the link alone. */}
              <div
                class="qr"
                role="img"
                aria-label="The link as a QR code"
                innerHTML={renderSVG(absolute(made().url))}
              />
              <CommandLine text={absolute(made().url)} />
              <p class="sheet-note">
                It works once, until {atTime(made().expiresAt)}. Whoever has it is {props.whose}.
              </p>
            </div>
          )}
        </Show>
      </Show>
    </Sheet>
  );
}
