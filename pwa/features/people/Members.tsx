/** Who belongs to the organisation: their roles, inviting others, removing one. */
import { createResource, createSignal, For, Show } from 'solid-js';
import type { InvitationRecord, Member } from '#contract/people.ts';
import type { Role } from '#contract/scopes.ts';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { LinkToScan, OtherDevice } from './OtherDevice.tsx';

/** What each role may do, in the words of the screen. */
const roleWords: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  member: 'reads and edits',
  admin: 'can edit, and add machines and people',
  owner: 'may do everything',
};

export function Members() {
  const app = useApp();
  const [members, { refetch }] = createResource(() => app.members());
  const [inviting, setInviting] = createSignal(false);
  const mayChange = () => app.state.me?.scope === 'admin';
  const [invitations, { refetch: again }] = createResource(mayChange, (may) => (may ? app.invitations() : []));
  return (
    <>
      <h1>Members</h1>
      <div class="card-list">
        <Show when={members.error}>
          <p role="alert">{String(members.error?.message ?? members.error)}</p>
        </Show>
        <For each={members.error ? [] : members()}>
          {(member) => <MemberCard member={member} mayChange={mayChange()} onChange={() => void refetch()} />}
        </For>
        <Show when={mayChange()}>
          <For each={invitations.error ? [] : invitations()}>
            {(invitation) => <InvitationCard of={invitation} onChange={() => void again()} />}
          </For>
          <div class="actions">
            <button type="button" class="button" onClick={() => setInviting(true)}>
              Invite a member
            </button>
          </div>
        </Show>
      </div>
      <Show when={inviting()}>
        <Invite
          onClose={() => {
            setInviting(false);
            void again();
          }}
        />
      </Show>
    </>
  );
}

function MemberCard(props: { member: Member; mayChange: boolean; onChange: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [removing, setRemoving] = createSignal(false);
  const [linking, setLinking] = createSignal(false);
  const [revoking, setRevoking] = createSignal(false);
  const isMe = () => app.state.me?.person.id === props.member.id;
  const choose = (role: Role) =>
    void run(async () => {
      await app.setRole(props.member.id, role);
      props.onChange();
    });
  const revoke = () =>
    void run(async () => {
      await app.revokeMember(props.member.id);
      setRevoking(false);
    });
  const remove = () =>
    void run(async () => {
      await app.removeMember(props.member.id);
      setRemoving(false);
      props.onChange();
    });
  return (
    <article class="panel item stack">
      <h2>
        {props.member.name} <Show when={isMe()}>(you)</Show>
      </h2>
      <p class="small soft">
        {props.member.role}: {roleWords[props.member.role]}
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show when={props.mayChange}>
        <div class="actions">
          <RoleField
            label={`Role of ${props.member.name}`}
            roles={app.state.me?.role === 'owner' ? ['viewer', 'member', 'admin', 'owner'] : invitedRoles}
            value={props.member.role}
            onChoose={choose}
          />
          <Show when={!isMe()}>
            <button type="button" class="button" onClick={() => setLinking(true)}>
              Sign-in link
            </button>
          </Show>
          <button type="button" class="button danger" disabled={busy()} onClick={() => setRevoking(true)}>
            Revoke all
          </button>
          <button type="button" class="button danger" disabled={busy()} onClick={() => setRemoving(true)}>
            Remove
          </button>
        </div>
      </Show>
      <Show when={linking()}>
        <OtherDevice
          title={`A sign-in link for ${props.member.name}`}
          whose={props.member.name}
          make={() => app.memberSignInLink(props.member.id)}
          onClose={() => setLinking(false)}
        />
      </Show>
      <Show when={revoking()}>
        <Sheet title={`Revoke everything of ${props.member.name}`} onClose={() => setRevoking(false)}>
          <div class="stack">
            <p>
              Their sessions, sign-in links, keys and device keys stop working immediately. They stay a member and can
              sign in again with their password, passkey or account.
            </p>
            <button type="button" class="button danger" disabled={busy()} onClick={revoke}>
              Revoke all
            </button>
          </div>
        </Sheet>
      </Show>
      <Show when={removing()}>
        <Sheet title={`Remove ${props.member.name}`} onClose={() => setRemoving(false)}>
          <div class="stack">
            <p>Their keys and sessions stop working immediately. Their past changes stay in the activity.</p>
            <button type="button" class="button danger" disabled={busy()} onClick={remove}>
              Remove
            </button>
          </div>
        </Sheet>
      </Show>
    </article>
  );
}

function InvitationCard(props: { of: InvitationRecord; onChange: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const revoke = () =>
    void run(async () => {
      await app.revokeInvitation(props.of.id);
      props.onChange();
    });
  return (
    <article class="panel item stack">
      <h2>{props.of.name}</h2>
      <p class="small soft">
        invited as {props.of.role} by {props.of.by}, not opened yet · until {atTime(props.of.expiresAt)}
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <div class="actions">
        <button type="button" class="button danger" disabled={busy()} onClick={revoke}>
          Revoke
        </button>
      </div>
    </article>
  );
}

const invitedRoles = ['viewer', 'member', 'admin'] as const;

function RoleField<Of extends Role>(props: {
  label: string;
  roles: readonly Of[];
  value: Role;
  onChoose: (role: Of) => void;
}) {
  return (
    <select
      class="field"
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChoose(event.currentTarget.value as Of)}
    >
      <For each={props.roles}>{(role) => <option value={role}>{role}</option>}</For>
    </select>
  );
}

function Invite(props: { onClose: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const [name, setName] = createSignal('');
  const [role, setRole] = createSignal<(typeof invitedRoles)[number]>('member');
  const [link, setLink] = createSignal<{ url: string; expiresAt: string }>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(async () => void setLink(await app.invite(name().trim(), role())));
  };
  return (
    <Sheet title="Invite a member" onClose={props.onClose}>
      <Show
        when={link()}
        fallback={
          <form class="stack" onSubmit={submit}>
            <input
              class="field"
              placeholder="Name"
              aria-label="Name"
              required
              maxlength="100"
              value={name()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <RoleField label="Role" roles={invitedRoles} value={role()} onChoose={setRole} />
            <p class="sheet-note">
              {role()}: {roleWords[role()]}
            </p>
            <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
            <button type="submit" class="button primary" disabled={busy()}>
              Create the link
            </button>
          </form>
        }
      >
        {(made) => (
          <div class="stack">
            <LinkToScan url={made().url} />
            <p class="sheet-note">
              This link works once, until {atTime(made().expiresAt)}. The first person who opens it becomes the member.
            </p>
          </div>
        )}
      </Show>
    </Sheet>
  );
}
