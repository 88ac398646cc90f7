/** One's name, the ways to sign in, and the key of this device. */
import { createSignal, Show } from 'solid-js';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import type { Field } from '../../ui/form.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { curlCall } from '../curl-call.ts';
import { OwnAccount } from './OwnAccount.tsx';
import { Accounts, Passkeys } from './Passkeys.tsx';
import { Signing } from './Signing.tsx';
import './you.css';

export function Profile() {
  const { state } = useApp();
  return (
    <>
      <Head title="Profile" />
      <section class="you-part">
        <h2>{state.me?.person.name}</h2>
        <p class="soft">
          {state.me?.role} of {state.me?.organisation.name}
        </p>
        <Show when={state.me?.ownRole}>
          {(role) => (
            <p class="strip">
              Your role is {role()} now. This session stays {state.me?.role}, because it was started with someone else’s
              link. To act as {role()}, sign in with your own password, passkey or account, or ask an admin for a new
              link.
            </p>
          )}
        </Show>
        <Rename />
        <Show when={state.signInProblem}>
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
      <OwnAccount />
    </>
  );
}

function Rename() {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Change my name
      </button>
      <Show when={open()}>
        <FormSheet
          title="Change my name"
          fields={{
            name: { label: 'Name', value: app.state.me?.person.name ?? '', autocomplete: 'name', maxLength: 100 },
          }}
          submit="Save"
          busy="Saving…"
          curl={(body) => curlCall('meChange', { body })}
          onSubmit={({ name }) => app.renameMe(name)}
          onClose={() => setOpen(false)}
        />
      </Show>
    </>
  );
}

function Password() {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  const [said, setSaid] = createSignal('');
  const email = () => app.state.me?.person.email;
  return (
    <section class="you-part">
      <h2>E-mail and password</h2>
      <p>
        {email() === undefined ? 'You have no password yet. You sign in with links.' : `You sign in as ${email()}.`}
      </p>
      <p class="said" role="status">
        {said()}
      </p>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {email() === undefined ? 'Set a password' : 'Change password'}
      </button>
      <Show when={open()}>
        <FormSheet
          title="E-mail and password"
          fields={passwordFields(email())}
          about={{ 'password-wrong': 'current', 'email-taken': 'email', 'way-taken': 'email' }}
          submit="Save"
          busy="Saving…"
          onSubmit={async ({ email = '', password = '', current = '' }) => {
            await app.setPassword({ email, password, ...(current === '' ? {} : { current }) });
            setSaid('Password saved.');
          }}
          onClose={() => setOpen(false)}
        >
          <p class="small soft">You will be signed out everywhere else within 5 seconds.</p>
        </FormSheet>
      </Show>
    </section>
  );
}

function passwordFields(email: string | undefined): Record<string, Field> {
  const current: Record<string, Field> = {
    current: {
      label: 'Current password',
      note: 'Not needed if you have just signed in with a link or passkey.',
      type: 'password',
      autocomplete: 'current-password',
      optional: true,
    },
  };
  return {
    email: {
      label: 'E-mail',
      type: 'email',
      value: email ?? '',
      autocomplete: 'username',
      check: (typed) => (/^[^\s@]+@[^\s@]+$/.test(typed) ? undefined : 'This is no e-mail address.'),
    },
    ...(email === undefined ? {} : current),
    password: {
      label: 'New password',
      note: '10 characters or more',
      type: 'password',
      autocomplete: 'new-password',
      maxLength: 256,
      check: (typed) => (typed.length < 10 ? 'A password has at least 10 characters.' : undefined),
    },
  };
}
