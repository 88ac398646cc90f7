/** The ways to sign in that a person adds: passkeys, and accounts at the relay's provider. */
import { createEffect, For, on, Show } from 'solid-js';
import type { PasskeyRecord } from '#contract/people.ts';
import { useApp } from '../../state/context.ts';
import { type Act, ActRow } from '../../ui/act-row.tsx';
import { CallButton } from '../../ui/call-button.tsx';
import { Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { useAsked } from '../asked.tsx';

export function Passkeys() {
  const app = useApp();
  const passkeys = useAsked('passkeys', () => app.passkeys());
  const ways = useAsked('ways', () => app.signInWays());
  const add = async () => {
    await app.addPasskey(`${app.state.me?.person.name ?? 'My'} on ${location.hostname}`);
    passkeys.ask();
  };
  return (
    <section class="you-part">
      <h2>Passkeys</h2>
      <Show when={passkeys.value()?.length} fallback={<p class="soft">{passkeys.value() && 'None yet.'}</p>}>
        <Rows label="Passkeys">
          <For each={passkeys.value()}>{(passkey) => <PasskeyRow of={passkey} onChange={passkeys.ask} />}</For>
        </Rows>
      </Show>
      <Show when={passkeys.problem()}>{(problem) => <p role="alert">{problem()}</p>}</Show>
      <Show
        when={ways.value()?.passkey ?? true}
        fallback={<p class="small soft">Passkeys do not work with an IP address. Open the app by its name.</p>}
      >
        <CallButton label="Add a passkey" busy="Adding…" call={add} />
      </Show>
    </section>
  );
}

function PasskeyRow(props: { of: PasskeyRecord; onChange: () => void }) {
  const app = useApp();
  const remove = (): Act => ({
    title: `Remove ${props.of.name}`,
    submit: 'Remove',
    busy: 'Removing…',
    words: 'You can no longer sign in with it. Delete it on the device that holds it, too.',
    call: async () => {
      await app.removePasskey(props.of.id);
      props.onChange();
    },
  });
  return <ActRow title={props.of.name} note={`since ${atTime(props.of.createdAt)}`} act={remove()} />;
}

/** Only where the relay has a provider. */
export function Accounts() {
  const app = useApp();
  const ways = useAsked('ways', () => app.signInWays());
  const accounts = useAsked('accounts', () => app.accounts());
  // The return from the provider links the account while this is on the screen.
  createEffect(on(() => app.state.tiedAt, accounts.ask, { defer: true }));
  return (
    <Show when={ways.value()?.oidc}>
      {(provider) => (
        <section class="you-part">
          <h2>{provider()}</h2>
          <For each={accounts.value()} fallback={<p class="soft">{accounts.value() && 'No account linked.'}</p>}>
            {(account) => <p>{account.name}</p>}
          </For>
          <CallButton label="Link an account" busy="Opening the provider…" call={() => app.tieAccount()} />
        </section>
      )}
    </Show>
  );
}
