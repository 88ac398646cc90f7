/** Who belongs to the organisation, a line each, and who is invited; what an admin may do opens with a line. */
import { createSignal, For, Show } from 'solid-js';
import type { InvitationRecord, Member } from '#contract/people.ts';
import { useApp } from '../../state/context.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, useAsked } from '../asked.tsx';
import { Invite } from './Invite.tsx';
import { MemberSheet } from './MemberSheet.tsx';
import { roleWords } from './roles.ts';

export function Members() {
  const app = useApp();
  const members = useAsked('members', () => app.members());
  const [opened, setOpened] = createSignal<Member>();
  const [said, setSaid] = createSignal('');
  const mayChange = () => app.state.me?.scope === 'admin';
  const facts = (member: Member) =>
    `${member.role}: ${roleWords[member.role]}${member.joinedAt === undefined ? '' : ` · since ${atTime(member.joinedAt)}`}`;
  const nameOf = (member: Member) => (member.id === app.state.me?.person.id ? `${member.name} (you)` : member.name);
  return (
    <>
      <h1>Members</h1>
      <p class="said" role="status">
        {said()}
      </p>
      <Show when={mayChange()}>
        <Invitations onSay={setSaid} />
      </Show>
      <Answer of={members} reading="Reading the members…">
        {(all) => (
          <Rows label="Members">
            <For each={all()}>
              {(member) => (
                <Row
                  title={nameOf(member)}
                  note={facts(member)}
                  {...(mayChange() ? { onClick: () => setOpened(member) } : {})}
                />
              )}
            </For>
          </Rows>
        )}
      </Answer>
      <Show when={opened()}>
        {(member) => (
          <MemberSheet
            member={member()}
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
  return (
    <>
      <div class="rows-foot">
        <button type="button" class="button" onClick={() => setInviting(true)}>
          Invite a member
        </button>
      </div>
      <Show when={(invitations.value() ?? []).length > 0}>
        <Rows label="Invitations">
          <For each={invitations.value()}>
            {(invitation) => (
              <Row
                title={invitation.name}
                note={facts(invitation)}
                end={
                  <CallButton
                    label="Revoke"
                    busy="Revoking…"
                    tone="danger"
                    call={async () => {
                      await app.revokeInvitation(invitation.id);
                      props.onSay(`The invitation of ${invitation.name} is revoked.`);
                      invitations.ask();
                    }}
                  />
                }
              />
            )}
          </For>
        </Rows>
      </Show>
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
