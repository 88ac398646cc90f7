/** Letting a machine in that shows a code: what it says of itself, where it asks from, and the code typed off its screen. */
import { createResource, createSignal, Match, Show, Switch } from 'solid-js';
import { parseUserCode, showUserCode } from '#contract/device.ts';
import { showFingerprint } from '#contract/signing.ts';
import { hrefTo, type Route } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { atTime } from '../../ui/time.ts';
import '../../styles/people.css';

/** A link names the code; without one it is typed first. */
export function Pair(props: { route: Route }) {
  const named = parseUserCode(props.route.item ?? '');
  const [code, setCode] = createSignal(named);
  return (
    <>
      <h1>Link a machine</h1>
      <div class="panel item stack">
        <Show when={code()} fallback={<AskCode onCode={setCode} />}>
          {(known) => <Decide code={known()} isTyped={named === undefined} />}
        </Show>
      </div>
    </>
  );
}

function AskCode(props: { onCode: (code: string) => void }) {
  const [problem, setProblem] = createSignal<string>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const code = parseUserCode(typed());
    if (code === undefined) setProblem('A code has eight letters, such as BCDF-GHJK.');
    else props.onCode(code);
  };
  const [typed, setTyped] = createSignal('');
  return (
    <form class="stack" onSubmit={submit}>
      <p>
        Run <code>sallyport login</code> on the machine and enter the code that it shows.
      </p>
      <CodeField value={typed()} onInput={setTyped} />
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <button type="submit" class="button primary">
        Continue
      </button>
    </form>
  );
}

/** A code out of a link is typed all the same: whoever sent the link may have brought the code along. */
function Decide(props: { code: string; isTyped: boolean }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [typed, setTyped] = createSignal(props.isTyped ? props.code : '');
  const [decided, setDecided] = createSignal<'approve' | 'deny'>();
  const [asking] = createResource(() => app.lookDevice(props.code));
  const decide = (decision: 'approve' | 'deny') =>
    void run(async () => {
      await app.decideDevice(props.code, decision);
      setDecided(decision);
    });
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
            <h2>{machine().name}</h2>
            <Show when={machine().replaces}>
              {(replaced) => (
                <p role="status">
                  It asks for a new key for your machine {replaced().name}. All current keys of {replaced().name} will
                  stop working.
                </p>
              )}
            </Show>
            <dl class="facts">
              <dt>System</dt>
              <dd>{machine().os ?? 'unknown'}</dd>
              <dt>Address</dt>
              <dd>{machine().address}</dd>
              <dt>Requested</dt>
              <dd>{atTime(machine().createdAt)}</dd>
            </dl>
            <Show when={!props.isTyped}>
              <p>
                Enter the code that the machine shows. If it shows no code, someone else sent you this link: deny the
                request.
              </p>
              <CodeField value={typed()} onInput={setTyped} />
            </Show>
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <div class="actions">
              <button
                type="button"
                class="button primary"
                disabled={busy() || parseUserCode(typed()) !== props.code}
                onClick={() => decide('approve')}
              >
                Link this machine
              </button>
              <button type="button" class="button danger" disabled={busy()} onClick={() => decide('deny')}>
                Deny
              </button>
            </div>
          </>
        )}
      </Match>
    </Switch>
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

function CodeField(props: { value: string; onInput: (text: string) => void }) {
  return (
    <input
      class="field"
      aria-label="Code"
      placeholder={showUserCode('BCDFGHJK')}
      autocomplete="off"
      autocapitalize="characters"
      spellcheck={false}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
}
