/** What an admin may do with a member: give another role, make a sign-in link, revoke everything, remove. */
import { createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import type { Member } from '#contract/people.ts';
import type { Role } from '#contract/scopes.ts';
import { useApp } from '../../state/context.ts';
import { Form } from '../../ui/form.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { curlCall } from '../curl-call.ts';
import { OtherDevice } from './OtherDevice.tsx';
import { invitedRoles, mayLink, roleChoices } from './roles.ts';

interface Props {
  readonly member: Member;
  /** The organisation keeps an owner: this one stays what they are. */
  readonly isLastOwner: boolean;
  readonly onClose: () => void;
  /** Something is done, in these words. */
  readonly onDone: (words: string) => void;
}

export function MemberSheet(props: Props) {
  const app = useApp();
  const [open, setOpen] = createSignal<'link' | 'revoke' | 'remove'>();
  const whose = () => ({ parameters: { person: props.member.id } });
  return (
    <Switch fallback={<Doings {...props} onOpen={setOpen} />}>
      <Match when={open() === 'link'}>
        <OtherDevice
          title={`A sign-in link for ${props.member.name}`}
          whose={props.member.name}
          make={() => app.memberSignInLink(props.member.id)}
          onClose={props.onClose}
        />
      </Match>
      <Match when={open() === 'revoke'}>
        <Confirm
          {...props}
          title={`Revoke everything of ${props.member.name}`}
          submit="Revoke all"
          busy="Revoking…"
          curl={curlCall('memberRevoke', whose())}
          call={() => app.revokeMember(props.member.id)}
          done={`Everything of ${props.member.name} is revoked.`}
        >
          Their sessions, sign-in links, keys and device keys stop working immediately. They stay a member and can sign
          in again with their password, passkey or account.
        </Confirm>
      </Match>
      <Match when={open() === 'remove'}>
        <Confirm
          {...props}
          title={`Remove ${props.member.name}`}
          submit="Remove"
          busy="Removing…"
          curl={curlCall('memberRemove', whose())}
          call={() => app.removeMember(props.member.id)}
          done={`${props.member.name} is removed.`}
        >
          Their keys and sessions stop working immediately. Their past changes stay in the activity.
        </Confirm>
      </Match>
    </Switch>
  );
}

function Doings(props: Props & { onOpen: (what: 'link' | 'revoke' | 'remove') => void }) {
  const app = useApp();
  const roles = () => (app.state.me?.role === 'owner' ? [...invitedRoles, 'owner' as const] : invitedRoles);
  return (
    <Sheet title={props.member.name} onClose={props.onClose}>
      <Show when={!props.isLastOwner} fallback={<p>An organisation needs an owner: this is the only one.</p>}>
        <Form
          fields={{
            role: { label: `Role of ${props.member.name}`, value: props.member.role, choices: roleChoices(roles()) },
          }}
          submit="Set role"
          busy="Setting role…"
          curl={({ role }) =>
            curlCall('memberChange', { parameters: { person: props.member.id }, body: { role: role as Role } })
          }
          onSubmit={async ({ role }) => {
            await app.setRole(props.member.id, role as Role);
            props.onDone(`${props.member.name} is ${role} now.`);
            props.onClose();
          }}
        />
      </Show>
      <Show when={mayLink(app.state.me, props.member)}>
        <Choice onClick={() => props.onOpen('link')}>Create a sign-in link</Choice>
      </Show>
      <Choice onClick={() => props.onOpen('revoke')}>Revoke all</Choice>
      <Show when={!props.isLastOwner}>
        <Choice onClick={() => props.onOpen('remove')}>Remove</Choice>
      </Show>
    </Sheet>
  );
}

function Confirm(
  props: Props & {
    title: string;
    submit: string;
    busy: string;
    curl: string;
    call: () => Promise<void>;
    done: string;
    children: JSX.Element;
  },
) {
  return (
    <FormSheet
      title={props.title}
      fields={{}}
      submit={props.submit}
      busy={props.busy}
      tone="danger"
      curl={() => props.curl}
      onSubmit={async () => {
        await props.call();
        props.onDone(props.done);
      }}
      onClose={props.onClose}
    >
      <p>{props.children}</p>
    </FormSheet>
  );
}
