/** For somebody who is not signed in: how to be. */
import { createResource, createSignal, Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { CommandLine } from '../ui/copy.tsx';
import { createCall } from '../ui/create-call.ts';

export function SignIn() {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [ways] = createResource(() => app.signInWays().catch(() => undefined));
  const said = () => problem() ?? app.state.signInProblem?.detail ?? app.state.signInProblem?.title;
  return (
    <main class="sign-in">
      <div class="panel stack">
        <h1>Sallyport</h1>
        <p>The specs on your machines, live.</p>
        <Show when={said()}>
          {(words) => (
            <p role="alert" class="strip">
              {words()} {problem() === undefined && app.state.signInProblem?.hint}
            </p>
          )}
        </Show>
        <ByPassword busy={busy()} run={run} />
        <div class="actions">
          <Show when={ways()?.passkey}>
            <button
              type="button"
              class="button"
              disabled={busy()}
              onClick={() => void run(() => app.signInByPasskey())}
            >
              Sign in with a passkey
            </button>
          </Show>
          <Show when={ways()?.oidc}>
            {(name) => (
              <button
                type="button"
                class="button"
                disabled={busy()}
                onClick={() => void run(() => app.signInByProvider())}
              >
                Sign in with {name()}
              </button>
            )}
          </Show>
        </div>
        <ByLink busy={busy()} run={run} />
      </div>
    </main>
  );
}

interface Way {
  busy: boolean;
  run: (call: () => Promise<void>) => Promise<void>;
}

function ByPassword(props: Way) {
  const app = useApp();
  const [email, setEmail] = createSignal('');
  const [password, setPassword] = createSignal('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void props.run(() => app.signIn({ email: email().trim(), password: password() }));
  };
  return (
    <form class="stack" onSubmit={submit}>
      <input
        class="field"
        type="email"
        placeholder="E-mail"
        aria-label="E-mail"
        autocomplete="username"
        required
        value={email()}
        onInput={(event) => setEmail(event.currentTarget.value)}
      />
      <input
        class="field"
        type="password"
        placeholder="Password"
        aria-label="Password"
        autocomplete="current-password"
        required
        value={password()}
        onInput={(event) => setPassword(event.currentTarget.value)}
      />
      <button type="submit" class="button primary" disabled={props.busy}>
        Sign in
      </button>
    </form>
  );
}

function ByLink(props: Way) {
  const app = useApp();
  const [text, setText] = createSignal('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const token = /([A-Za-z0-9_-]+)\s*$/.exec(text())?.[1] ?? '';
    void props.run(() => app.signIn({ token }));
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p class="small soft">
        Here for the first time? Use the link that the relay prints when it starts, an invitation, or a link from a
        signed-in device (Machines, “Sign in another device”).
      </p>
      <CommandLine text="npm start" />
      <input
        class="field"
        placeholder="Paste a sign-in link"
        aria-label="Sign-in link"
        autocomplete="off"
        required
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button" disabled={props.busy}>
        Sign in with the link
      </button>
    </form>
  );
}
