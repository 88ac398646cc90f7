/** How I sign in, and whether this device signs what it sends. */
import { createResource, createSignal, For, Show } from 'solid-js';
import type { PasskeyRecord } from '#contract/people.ts';
import { showFingerprint } from '#contract/signing.ts';
import { useApp } from '../../state/context.ts';
import { CommandLine } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { nameOfBrowser } from './browser-name.ts';
import '../../styles/people.css';
import { machinesOf } from '../../state/sorts.ts';

export function Profile() {
  const app = useApp();
  return (
    <>
      <h1>Profile</h1>
      <div class="card-list">
        <section class="panel item stack">
          <h2>{app.state.me?.person.name}</h2>
          <p class="soft">
            {app.state.me?.role} of {app.state.me?.organisation.name}
          </p>
          <Show when={app.state.me?.ownRole}>
            {(role) => (
              <p class="strip">
                Your role is {role()} now. This session stays {app.state.me?.role}, because it was started with someone
                else’s link. To act as {role()}, sign in with your own password, passkey or account, or ask an admin for
                a new link.
              </p>
            )}
          </Show>
          <Rename />
          <Show when={app.state.signInProblem}>
            {(problem) => (
              <p role="alert" class="strip">
                {problem().detail ?? problem().title} {problem().hint}
              </p>
            )}
          </Show>
        </section>
        <Password />
        <Passkeys />
        <Accounts />
        <Signing />
      </div>
    </>
  );
}

function Rename() {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [open, setOpen] = createSignal(false);
  const [name, setName] = createSignal(app.state.me?.person.name ?? '');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => {
      await app.renameMe(name().trim());
      setOpen(false);
    });
  };
  return (
    <>
      <div class="actions">
        <button type="button" class="button" onClick={() => setOpen(true)}>
          Change my name
        </button>
      </div>
      <Show when={open()}>
        <Sheet title="Change my name" onClose={() => setOpen(false)}>
          <form class="stack" onSubmit={submit}>
            <input
              class="field"
              aria-label="Name"
              autocomplete="name"
              required
              maxlength="100"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="submit" class="button primary" disabled={busy()}>
              Save
            </button>
          </form>
        </Sheet>
      </Show>
    </>
  );
}

function Password() {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  const email = () => app.state.me?.person.email;
  return (
    <section class="panel item stack">
      <h2>E-mail and password</h2>
      <p>
        {email() === undefined ? 'You have no password yet. You sign in with links.' : `You sign in as ${email()}.`}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {email() === undefined ? 'Set a password' : 'Change password'}
        </button>
      </div>
      <Show when={open()}>
        <SetPassword email={email()} onClose={() => setOpen(false)} />
      </Show>
    </section>
  );
}

function SetPassword(props: { email: string | undefined; onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [email, setEmail] = createSignal(props.email ?? '');
  const [current, setCurrent] = createSignal('');
  const [password, setPassword] = createSignal('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const known = current() === '' ? {} : { current: current() };
    void run(async () => {
      await app.setPassword({ email: email().trim(), password: password(), ...known });
      props.onClose();
    });
  };
  return (
    <Sheet title="E-mail and password" onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        <label class="stack">
          <span>E-mail</span>
          <input
            class="field"
            type="email"
            autocomplete="username"
            required
            value={email()}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </label>
        <Show when={props.email !== undefined}>
          <label class="stack">
            <span>Current password (not needed if you have just signed in with a link or passkey)</span>
            <input
              class="field"
              type="password"
              autocomplete="current-password"
              value={current()}
              onInput={(event) => setCurrent(event.currentTarget.value)}
            />
          </label>
        </Show>
        <label class="stack">
          <span>New password, 10 characters or more</span>
          <input
            class="field"
            type="password"
            autocomplete="new-password"
            required
            minlength="10"
            maxlength="256"
            value={password()}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <p class="sheet-note">You will be signed out everywhere else within 5 seconds.</p>
        <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
        <button type="submit" class="button primary" disabled={busy()}>
          Save
        </button>
      </form>
    </Sheet>
  );
}

function Passkeys() {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [passkeys, { refetch }] = createResource(() => app.passkeys());
  const [ways] = createResource(() => app.signInWays().catch(() => undefined));
  const add = () =>
    void run(async () => {
      await app.addPasskey(`${app.state.me?.person.name ?? 'My'} on ${location.hostname}`);
      await refetch();
    });
  return (
    <section class="panel item stack">
      <h2>Passkeys</h2>
      <For each={passkeys.error ? [] : passkeys()} fallback={<p class="soft">None yet.</p>}>
        {(passkey) => <PasskeyLine of={passkey} onChange={() => void refetch()} />}
      </For>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show
        when={ways()?.passkey ?? true}
        fallback={<p class="small soft">Passkeys do not work with an IP address. Open the app by its name.</p>}
      >
        <div class="actions">
          <button type="button" class="button" disabled={busy()} onClick={add}>
            Add a passkey
          </button>
        </div>
      </Show>
    </section>
  );
}

function PasskeyLine(props: { of: PasskeyRecord; onChange: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const remove = () =>
    void run(async () => {
      await app.removePasskey(props.of.id);
      props.onChange();
    });
  return (
    <div class="row">
      <p class="spread">
        {props.of.name} <span class="small soft">since {atTime(props.of.createdAt)}</span>
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <button type="button" class="button danger" disabled={busy()} onClick={remove}>
        Remove
      </button>
    </div>
  );
}

/** Only where the relay has a provider. */
function Accounts() {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [ways] = createResource(() => app.signInWays().catch(() => undefined));
  const [accounts] = createResource(
    () => ({ since: app.state.tiedAt }),
    () => app.accounts(),
  );
  return (
    <Show when={ways()?.oidc}>
      {(provider) => (
        <section class="panel item stack">
          <h2>{provider()}</h2>
          <For each={accounts.error ? [] : accounts()} fallback={<p class="soft">No account linked.</p>}>
            {(account) => <p>{account.name}</p>}
          </For>
          <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
          <div class="actions">
            <button type="button" class="button" disabled={busy()} onClick={() => void run(() => app.tieAccount())}>
              Link an account
            </button>
          </div>
        </section>
      )}
    </Show>
  );
}

/** A machine's owner compares this fingerprint, on the machine: the relay between could tell another. */
function Signing() {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [fingerprint, { mutate }] = createResource(() => app.deviceKey().catch(() => undefined));
  const make = () => void run(async () => void mutate(await app.makeDeviceKey(nameOfBrowser(navigator.userAgent))));
  const pinnedAt = () =>
    Object.values(machinesOf(app.state))
      .filter(({ signers = [] }) => signers.includes(fingerprint() ?? ''))
      .map(({ name }) => name);
  return (
    <section class="panel item stack">
      <h2>Signing on this device</h2>
      <Show
        when={fingerprint()}
        fallback={
          <>
            <p>
              Create a key to sign the commands you send from this device. A machine can require signatures, so that
              nobody who controls the relay can forge a command.
            </p>
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <div class="actions">
              <button type="button" class="button" disabled={busy()} onClick={make}>
                Create a key
              </button>
            </div>
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
            <CommandLine text={`npm run bridge -- devices pin ${showFingerprint(held())}`} />
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
  const { problem, run } = createCall();
  const [keys, { refetch }] = createResource(() => app.deviceKeys().catch(() => []));
  const others = () =>
    (keys() ?? []).filter(({ person, fingerprint }) => person === app.state.me?.person.id && fingerprint !== props.own);
  const remove = (fingerprint: string) =>
    void run(async () => {
      await app.removeDeviceKey(fingerprint);
      await refetch();
    });
  return (
    <Show when={others().length > 0}>
      <h2>Your other devices</h2>
      <For each={others()}>
        {(key) => (
          <div class="row">
            <p class="spread">
              {key.name} <span class="small soft">{showFingerprint(key.fingerprint)}</span>
            </p>
            <button type="button" class="button danger" onClick={() => remove(key.fingerprint)}>
              Remove
            </button>
          </div>
        )}
      </For>
      <p class="small soft">A machine that has pinned a key accepts it until the key is unpinned there.</p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
    </Show>
  );
}
