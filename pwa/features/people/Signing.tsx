/** Signing commands on this device. A machine's owner compares the fingerprint, on the machine: the relay between could tell another. */
import { createResource, For, Show } from 'solid-js';
import { showFingerprint } from '#contract/signing.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import { ActRow } from '../../ui/act-row.tsx';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { CallButton } from '../../ui/call-button.tsx';
import { Rows } from '../../ui/rows.tsx';
import { useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { nameOfBrowser } from './browser-name.ts';
import './fingerprint.css';

export function Signing() {
  const app = useApp();
  const [fingerprint, { mutate }] = createResource(() => app.deviceKey().catch(() => undefined));
  const pinnedAt = () =>
    Object.values(machinesOf(app.state))
      .filter(({ signers = [] }) => signers.includes(fingerprint() ?? ''))
      .map(({ name }) => name);
  return (
    <section class="you-part">
      <h2>Signing on this device</h2>
      <Show
        when={fingerprint()}
        fallback={
          <>
            <p>
              Create a key to sign the commands you send from this device. A machine can require signatures, so that
              nobody who controls the relay can forge a command.
            </p>
            <CallButton
              label="Create a key"
              busy="Creating…"
              call={async () => void mutate(await app.makeDeviceKey(nameOfBrowser(navigator.userAgent)))}
            />
          </>
        }
      >
        {(held) => (
          <>
            <p class="fingerprint">{showFingerprint(held())}</p>
            <p class="small soft">
              {pinnedAt().length > 0 ? `Accepted by ${pinnedAt().join(', ')}.` : 'No machine accepts it yet.'} To accept
              it on a machine, run this there and compare the fingerprint:
            </p>
            <BridgeCommand text={`devices pin ${showFingerprint(held())}`} />
          </>
        )}
      </Show>
      <OtherDevices own={fingerprint()} />
    </section>
  );
}

/** Keys of one's other devices. */
function OtherDevices(props: { own: string | undefined }) {
  const app = useApp();
  const keys = useAsked('device keys', () => app.deviceKeys());
  const others = () =>
    (keys.value() ?? []).filter(
      ({ person, fingerprint }) => person === app.state.me?.person.id && fingerprint !== props.own,
    );
  return (
    <Show when={others().length > 0}>
      <h3>Your other devices</h3>
      <Rows label="Your other devices">
        <For each={others()}>
          {(key) => (
            <ActRow
              title={key.name}
              note={showFingerprint(key.fingerprint)}
              act={{
                title: `Remove the key of ${key.name}`,
                submit: 'Remove',
                busy: 'Removing…',
                words: 'A machine that has pinned it accepts it until it is unpinned there.',
                curl: curlCall('deviceKeyRemove', { parameters: { fingerprint: key.fingerprint } }),
                call: async () => {
                  await app.removeDeviceKey(key.fingerprint);
                  keys.ask();
                },
              }}
            />
          )}
        </For>
      </Rows>
    </Show>
  );
}
