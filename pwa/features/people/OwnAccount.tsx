/** All that the relay keeps of a person: saved as a file, or deleted with the account. */
import { createSignal, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import type { Fields } from '../../ui/form.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { saveFile } from './save-file.ts';

export function OwnAccount() {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  return (
    <section class="you-part">
      <h2>Your data</h2>
      <p>The file has your sign-ins, keys, devices, records and commands, and what the audit says of you.</p>
      <CallButton
        label="Save my data as a file"
        busy="Saving…"
        call={async () => saveFile(await app.accountFile(), 'account.jsonl')}
      />
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Delete my account
      </button>
      <Show when={open()}>
        <Deletion onClose={() => setOpen(false)} />
      </Show>
    </section>
  );
}

function Deletion(props: { onClose: () => void }) {
  const app = useApp();
  const members = useAsked('members', () => app.members());
  const me = () => app.state.me?.person;
  const others = () => (members.value() ?? []).filter(({ id }) => id !== me()?.id);
  const isOnlyOwner = () =>
    app.state.me?.role === 'owner' && members.value() !== undefined && others().every(({ role }) => role !== 'owner');
  const fields = (): Fields => ({
    name: {
      label: `To delete it, type ${me()?.name}`,
      check: (typed) => (typed === me()?.name ? undefined : 'This is not your name.'),
    },
    ...(isOnlyOwner() && {
      successor: {
        label: 'Who becomes the owner',
        note: 'You are the only owner of the organisation.',
        choices: others().map(({ id, name }) => [id, name] as const),
      },
    }),
  });
  const query = (successor: string | undefined) => ({ confirm: me()?.id ?? '', ...(successor && { successor }) });
  return (
    <Show when={members.value()}>
      <FormSheet
        title="Delete my account"
        fields={fields()}
        submit="Delete for good"
        busy="Deleting…"
        tone="danger"
        curl={({ successor }) => curlCall('meRemove', { query: query(successor) })}
        onSubmit={({ successor }) => app.deleteAccount(query(successor))}
        onClose={props.onClose}
      >
        <p>
          Your sign-ins, keys, devices and records go at once, and this device’s copy with them. Machines and their
          specs stay with the organisation. What you did stays in its audit until it ages out.
        </p>
      </FormSheet>
    </Show>
  );
}
