/** Who belongs to the organisation, a line each, and who is invited; what an admin may do opens with a line. */
import { createSignal, For, Show } from 'solid-js';
import type { InvitationRecord, Member } from '#contract/people.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { type Act, ActRow } from '../../ui/act-row.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { Invite } from './Invite.tsx';
import { MemberSheet } from './MemberSheet.tsx';
import { isLastOwner, mayChange, roleWords } from './roles.ts';

export function Members() {
  const app = useApp();
  const members = useAsked('members', () => app.members());
  const [opened, setOpened] = createSignal<Member>();
  const [said, setSaid] = createSignal('');
  const facts = (member: Member) =>
    `${member.role}: ${roleWords[member.role]}${member.joinedAt === undefined ? '' : ` · since ${atTime(member.joinedAt)}`}`;
  const nameOf = (member: Member) => (member.id === app.state.me?.person.id ? `${member.name} (you)` : member.name);
  return (
    <>
      <Head title="Members" />
      <p class="said" role="status">
        {said()}
      </p>
      <Answer of={members} reading="Reading the members…">
        {(all) => (
          <Rows label="Members">
            <For each={all()}>
              {(member) => (
                <Row
                  title={nameOf(member)}
                  note={facts(member)}
                  {...(mayChange(app.state.me, member) ? { onClick: () => setOpened(member) } : {})}
                />
              )}
            </For>
          </Rows>
        )}
      </Answer>
      <Show when={app.state.me?.scope === 'admin'}>
        <Invitations onSay={setSaid} />
      </Show>
      <Show when={opened()}>
        {(member) => (
          <MemberSheet
            member={member()}
            isLastOwner={isLastOwner(member(), members.value() ?? [])}
            onClose={() => setOpened(undefined)}
            onDone={(words) => {
              setSaid(words);
              members.ask();
            }}
          />
        )}
      </Show>
    </>
  );
}

/** The open ones, and a button for another. */
function Invitations(props: { onSay: (words: string) => void }) {
  const app = useApp();
  const invitations = useAsked('invitations', () => app.invitations());
  const [inviting, setInviting] = createSignal(false);
  const facts = ({ role, by, expiresAt }: InvitationRecord) =>
    `invited as ${role} by ${by}, not opened yet · until ${atTime(expiresAt)}`;
  const revoke = ({ id, name }: InvitationRecord): Act => ({
    title: `The invitation of ${name}`,
    submit: 'Revoke',
    busy: 'Revoking…',
    words: 'Its link no longer works.',
    curl: curlCall('invitationRevoke', { parameters: { invitation: id } }),
    call: async () => {
      await app.revokeInvitation(id);
      props.onSay(`The invitation of ${name} is revoked.`);
      invitations.ask();
    },
  });
  return (
    <>
      <Show when={(invitations.value() ?? []).length > 0}>
        <h2 class="rows-head">Invited</h2>
        <Rows label="Invited">
          <For each={invitations.value()}>
            {(invitation) => <ActRow title={invitation.name} note={facts(invitation)} act={revoke(invitation)} />}
          </For>
        </Rows>
      </Show>
      <div class="rows-foot">
        <button type="button" class="button" onClick={() => setInviting(true)}>
          Invite a member
        </button>
      </div>
      <Show when={inviting()}>
        <Invite
          onClose={() => {
            setInviting(false);
            invitations.ask();
          }}
        />
      </Show>
    </>
  );
}
