/** Letting a machine in that shows a code: what it says of itself, where it asks from, and the code typed off its screen. */
import { createResource, createSignal, Match, Show, Switch } from 'solid-js';
import { type DeviceRequest, parseUserCode, showUserCode } from '#contract/device.ts';
import { showFingerprint } from '#contract/signing.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { type Field, Form } from '../../ui/form.tsx';
import { atTime } from '../../ui/time.ts';
import '../people/fingerprint.css';
import './machines.css';

const codeField = {
  label: 'Code',
  placeholder: showUserCode('BCDFGHJK'),
  autocapitalize: 'characters',
  check: (typed) => (parseUserCode(typed) === undefined ? 'A code has eight letters, such as BCDF-GHJK.' : undefined),
} as const satisfies Field;

/** A link names the code; without one it is typed first. */
export function Pair(props: { route: Route }) {
  const named = parseUserCode(props.route.item ?? '');
  const [code, setCode] = createSignal(named);
  return (
    <>
      <Head title="Link a machine" />
      <div class="pair stack">
        <Show
          when={code()}
          fallback={
            <Form
              fields={{ code: codeField }}
              submit="Continue"
              busy="Continue"
              onSubmit={async (typed) => void setCode(parseUserCode(typed.code))}
            >
              <p>
                Run <code>sallyport login</code> on the machine and enter the code that it shows.
              </p>
            </Form>
          }
        >
          {(known) => <Decide code={known()} isTyped={named === undefined} />}
        </Show>
      </div>
    </>
  );
}

function Decide(props: { code: string; isTyped: boolean }) {
  const app = useApp();
  const [decided, setDecided] = createSignal<'approve' | 'deny'>();
  const [asking] = createResource(() => app.lookDevice(props.code));
  const decide = async (decision: 'approve' | 'deny') => {
    await app.decideDevice(props.code, decision);
    setDecided(decision);
  };
  return (
    <Switch fallback={<p class="soft">Looking…</p>}>
      <Match when={asking.error}>
        <p role="alert">{String(asking.error?.message ?? asking.error)}</p>
        <p class="sheet-note">A code works once, for 10 minutes.</p>
      </Match>
      <Match when={decided() === 'deny'}>
        <p role="status">Request denied. The machine was not linked.</p>
      </Match>
      <Match when={decided() === 'approve'}>
        <p role="status">Machine linked. It appears here as soon as its bridge runs.</p>
        <Fingerprint />
        <a class="button" href={hrefTo({ place: 'machines' })}>
          Machines
        </a>
      </Match>
      <Match when={asking()}>
        {(machine) => (
          <>
            <Asking machine={machine()} />
            <Approve {...props} onApprove={() => decide('approve')} />
            <CallButton label="Deny" busy="Denying…" tone="danger" call={() => decide('deny')} />
          </>
        )}
      </Match>
    </Switch>
  );
}

function Asking(props: { machine: DeviceRequest }) {
  return (
    <>
      <h2>{props.machine.name}</h2>
      <Show when={props.machine.replaces}>
        {(replaced) => (
          <p role="status">
            It asks for a new key for your machine {replaced().name}. All current keys of {replaced().name} will stop
            working.
          </p>
        )}
      </Show>
      <dl class="facts machine-facts">
        <dt>System</dt>
        <dd>{props.machine.os ?? 'unknown'}</dd>
        <dt>Address</dt>
        <dd>{props.machine.address}</dd>
        <dt>Requested</dt>
        <dd>{atTime(props.machine.createdAt)}</dd>
      </dl>
    </>
  );
}

/** A code out of a link is typed all the same: whoever sent the link may have brought the code along. */
function Approve(props: { code: string; isTyped: boolean; onApprove: () => Promise<void> }) {
  const check = (typed: string) =>
    parseUserCode(typed) === props.code ? undefined : 'This is not the code of this request.';
  const fields = (): Record<string, Field> => (props.isTyped ? {} : { code: { ...codeField, check } });
  return (
    <Form fields={fields()} submit="Link this machine" busy="Linking…" onSubmit={() => props.onApprove()}>
      <Show when={!props.isTyped}>
        <p>
          Enter the code that the machine shows. If it shows no code, someone else sent you this link: deny the request.
        </p>
      </Show>
    </Form>
  );
}

/** What the machine asks for next: the owner types it there, so that nobody between can put another in its place. */
function Fingerprint() {
  const app = useApp();
  const [own] = createResource(() => app.deviceKey().catch(() => undefined));
  return (
    <Show
      when={own()}
      fallback={
        <p class="small soft">
          A machine can require commands to be signed by this device:{' '}
          <a href={hrefTo({ place: 'profile' })}>create a key</a>.
        </p>
      }
    >
      {(held) => (
        <>
          <p>The machine now asks whose signed commands to accept. This device’s fingerprint:</p>
          <p class="fingerprint">{showFingerprint(held())}</p>
        </>
      )}
    </Show>
  );
}
