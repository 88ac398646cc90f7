/** The person's devices that are notified: this one can be added, each can be tested and removed, and has topics and quiet hours of its own. */
import { createSignal, For, Show } from 'solid-js';
import type { PushDevice } from '#contract/push.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { canNotify, ownDeviceId } from '../../state/device/notifying.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { ChipButton } from '../../ui/chip.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, type Asked, useAsked } from '../asked.tsx';
import { nameOfBrowser } from '../people/browser-name.ts';
import { QuietHours } from './QuietHours.tsx';
import { topicsOf, topicsWithout, topicWords } from './topics.ts';
import '../settings/settings.css';

export function Notifications() {
  const app = useApp();
  const devices = useAsked('push-devices', () => app.pushDevices());
  const isHere = () => devices.value()?.some(({ id }) => id === ownDeviceId()) ?? false;
  return (
    <>
      <Head title="Notifications" />
      <section class="settings-part">
        <Show when={canNotify()} fallback={<p role="status">{whyNot()}</p>}>
          <Show when={devices.value() && !isHere()}>
            <p>This device is not notified.</p>
            <CallButton
              label="Notify this device"
              busy="Asking the browser…"
              tone="primary"
              call={async () => {
                await app.notifyHere(nameOfBrowser(navigator.userAgent));
                devices.ask();
              }}
            />
          </Show>
        </Show>
      </section>
      <Answer of={devices} reading="Reading the devices…">
        {(all) => <For each={all()}>{(device) => <Device of={device} devices={devices} />}</For>}
      </Answer>
    </>
  );
}

function whyNot(): string {
  if (!isSecureContext) return 'Browsers notify only pages from an https address.';
  return 'This browser cannot notify you here. On an iPhone or iPad, install the app first.';
}

function Device(props: { of: PushDevice; devices: Asked<readonly PushDevice[]> }) {
  const app = useApp();
  const [tested, setTested] = createSignal<string>();
  const id = () => props.of.id;
  const change = async (body: Parameters<typeof app.changePushDevice>[1]) => {
    await app.changePushDevice(id(), body);
    props.devices.ask();
  };
  return (
    <section class="settings-part" aria-label={props.of.name}>
      <h2>
        {props.of.name}
        {id() === ownDeviceId() ? ' (this device)' : ''}
      </h2>
      <p class="small soft">
        {props.of.service} · since {atTime(props.of.createdAt)}
      </p>
      <Show when={props.of.problem}>
        {(problem) => <p role="alert">The last message did not arrive: {problem()}</p>}
      </Show>
      <div class="row wrap">
        <For each={topicsOf(props.of)}>
          {({ topic, isOn }) => (
            <ChipButton
              tone={isOn ? 'accent' : 'plain'}
              pressed={isOn}
              onClick={() => void change({ topics: topicsWithout(props.of, topic) })}
            >
              {topicWords[topic] ?? topic}
            </ChipButton>
          )}
        </For>
      </div>
      <QuietHours of={props.of.quiet} onChange={(quiet) => change({ quiet })} />
      <div class="row wrap">
        <CallButton
          label="Send a test"
          busy="Sending…"
          call={async () => {
            const { problem } = await app.testPushDevice(id());
            setTested(problem === undefined ? 'The push service took it.' : undefined);
            props.devices.ask();
          }}
        />
        <CallButton
          label="Stop notifying"
          busy="Removing…"
          call={async () => {
            await app.removePushDevice(id());
            props.devices.ask();
          }}
        />
      </div>
      <Show when={tested()}>{(words) => <p role="status">{words()}</p>}</Show>
    </section>
  );
}
