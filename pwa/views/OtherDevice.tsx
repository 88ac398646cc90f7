/** A one-use link, as text and as a code to scan, that signs another device in. */
import { createResource, Show } from 'solid-js';
import { renderSVG } from 'uqr';
import { useApp } from '../state/context.ts';
import { CommandLine } from '../ui/copy.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { atTime } from '../ui/time.ts';

export function OtherDevice(props: { onClose: () => void }) {
  const app = useApp();
  const [link] = createResource(() => app.signInLink());
  const absolute = (url: string) => new URL(url, location.origin).href;
  return (
    <Sheet title="Sign in another device" onClose={props.onClose}>
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
              <p class="sheet-note">It works once, until {atTime(made().expiresAt)}. Whoever has it is you.</p>
            </div>
          )}
        </Show>
      </Show>
    </Sheet>
  );
}
