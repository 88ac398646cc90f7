/** A one-use link, as text and as a code to scan, that signs somebody in elsewhere. */
import { createResource, createSignal, Show } from 'solid-js';
import { renderSVG } from 'uqr';
import { useApp } from '../../state/context.ts';
import { CommandLine } from '../../ui/copy.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { isHereOnly } from './reachable.ts';
import './you.css';

/** The button that makes a link for another device of one's own. */
export function SignInAnotherDevice(props: { onClose?: () => void }) {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Sign in another device
      </button>
      <Show when={open()}>
        <OtherDevice
          title="Sign in another device"
          whose="you"
          make={() => app.signInLink()}
          onClose={() => {
            setOpen(false);
            props.onClose?.();
          }}
        />
      </Show>
    </>
  );
}

export function OtherDevice(props: {
  title: string;
  /** Who whoever opens it is. */
  whose: string;
  make: () => Promise<{ readonly url: string; readonly expiresAt: string }>;
  onClose: () => void;
}) {
  const [link] = createResource(() => props.make());
  return (
    <Sheet title={props.title} onClose={props.onClose}>
      <Show when={!link.error} fallback={<p role="alert">{String(link.error?.message ?? link.error)}</p>}>
        <Show when={link()} fallback={<p class="soft">Creating a link…</p>}>
          {(made) => (
            <div class="stack">
              <LinkToScan url={made().url} />
              <p class="sheet-note">
                This link works once, until {atTime(made().expiresAt)}. Anyone who opens it is signed in as{' '}
                {props.whose}.
              </p>
            </div>
          )}
        </Show>
      </Show>
    </Sheet>
  );
}

/** The code is drawn here, from the link alone; none of a link that leads nowhere on a phone. */
export function LinkToScan(props: { url: string }) {
  const url = () => new URL(props.url, location.origin);
  return (
    <>
      <Show when={!isHereOnly(url())}>
        <div class="qr" role="img" aria-label="The link as a QR code" innerHTML={renderSVG(url().href)} />
      </Show>
      <CommandLine text={url().href} />
      <Show when={isHereOnly(url())}>
        <p role="status">
          A phone cannot open this address: it works only on this computer. For other devices, start Sallyport with an
          address that they can reach:
        </p>
        <CommandLine text="npm start -- --public-url https://sallyport.example.com" />
      </Show>
    </>
  );
}
