/** For somebody who is not signed in: how to be. */
import { createResource, Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { CallButton } from '../ui/call-button.tsx';
import { CommandLine } from '../ui/copy.tsx';
import { type Field, Form } from '../ui/form.tsx';

export function SignIn() {
  const app = useApp();
  const [ways] = createResource(() => app.signInWays().catch(() => undefined));
  return (
    <main class="sign-in">
      <div class="panel stack">
        <h1>Sallyport</h1>
        <p>The specs on your machines, live.</p>
        <Show when={app.state.signInProblem}>
          {(problem) => (
            <p role="alert" class="strip">
              {problem().detail ?? problem().title} {problem().hint}
            </p>
          )}
        </Show>
        <Form
          fields={passwordFields}
          submit="Sign in"
          busy="Signing in…"
          onSubmit={({ email, password }) => app.signIn({ email, password })}
        />
        <Show when={ways()?.passkey}>
          <CallButton label="Sign in with a passkey" busy="Signing in…" call={() => app.signInByPasskey()} />
        </Show>
        <Show when={ways()?.oidc}>
          {(name) => (
            <CallButton
              label={`Sign in with ${name()}`}
              busy="Opening the provider…"
              call={() => app.signInByProvider()}
            />
          )}
        </Show>
        <Form
          fields={linkFields}
          submit="Sign in with the link"
          busy="Signing in…"
          tone="quiet"
          onSubmit={({ link }) => app.signIn({ token: tokenOf(link) ?? '' })}
        >
          <p class="small soft">
            Here for the first time? Use the link that the relay prints when it starts, an invitation, or a link from a
            signed-in device (You, “Sign in another device”).
          </p>
          <CommandLine text="npm start" />
        </Form>
      </div>
    </main>
  );
}

const passwordFields = {
  email: { label: 'E-mail', type: 'email', autocomplete: 'username' },
  password: { label: 'Password', type: 'password', autocomplete: 'current-password' },
} as const satisfies Record<string, Field>;

const linkFields = {
  link: {
    label: 'Sign-in link',
    check: (typed) => (tokenOf(typed) === undefined ? 'This is no sign-in link. Paste the whole link.' : undefined),
  },
} as const satisfies Record<string, Field>;

/** The token at the end of a link. */
function tokenOf(link: string): string | undefined {
  return /([A-Za-z0-9_-]+)$/.exec(link)?.[1];
}
