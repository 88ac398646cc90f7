/** A link that makes whoever opens it a member. */
import { createSignal, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { type Field, Form } from '../../ui/form.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { curlCall } from '../curl-call.ts';
import { LinkToScan } from './OtherDevice.tsx';
import { invitedRoles, roleChoices } from './roles.ts';

type InvitedRole = (typeof invitedRoles)[number];

const fields = {
  name: { label: 'Name', maxLength: 100 },
  role: { label: 'Role', value: 'member', choices: roleChoices(invitedRoles) },
} as const satisfies Record<string, Field>;

export function Invite(props: { onClose: () => void }) {
  const app = useApp();
  const [link, setLink] = createSignal<{ url: string; expiresAt: string }>();
  return (
    <Sheet title="Invite a member" onClose={props.onClose}>
      <Show
        when={link()}
        fallback={
          <Form
            fields={fields}
            submit="Create the link"
            busy="Creating the link…"
            curl={({ name, role }) => curlCall('invitationCreate', { body: { name, role: role as InvitedRole } })}
            onSubmit={async ({ name, role }) => void setLink(await app.invite(name, role as InvitedRole))}
          />
        }
      >
        {(made) => (
          <div class="stack">
            <LinkToScan url={made().url} />
            <p class="sheet-note" role="status">
              This link works once, until {atTime(made().expiresAt)}. The first person who opens it becomes the member.
            </p>
          </div>
        )}
      </Show>
    </Sheet>
  );
}
