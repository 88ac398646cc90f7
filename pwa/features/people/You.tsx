/** You: who is signed in here, and what belongs to them and their organisation, a line each with what it holds. */
import { type JSX, Show } from 'solid-js';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { commandsOf, machinesOf } from '../../state/facts/sorts.ts';
import { CallButton } from '../../ui/call-button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { ago } from '../../ui/time.ts';
import { useAsked } from '../asked.tsx';
import { isInstalled } from '../settings/installed.ts';
import { chosenScheme, schemeWords } from '../settings/scheme.ts';
import { counted } from '../words.ts';
import { SignInAnotherDevice } from './OtherDevice.tsx';
import { ownKeys } from './own-keys.ts';
import './you.css';

export function You(props: { route: Route }) {
  const app = useApp();
  const { state } = app;
  const isAdmin = () => state.me?.scope === 'admin';
  const to = (place: string, title: string, icon: IconName, note: () => JSX.Element) => (
    <Row
      href={hrefTo({ place })}
      isCurrent={props.route.place === place}
      lead={<Icon name={icon} />}
      title={title}
      note={note()}
    />
  );
  return (
    <>
      <Head
        title={state.me?.person.name ?? 'You'}
        line={`${state.me?.role ?? ''} of ${state.me?.organisation.name ?? ''}`}
      />
      <h2 class="rows-head">Your account</h2>
      <Rows>
        {to('profile', 'Profile', 'you', () => state.me?.person.email ?? 'Name, password, passkeys, signing')}
        {to('sign-ins', 'Sign-ins', 'device', () => (
          <SignInsLine />
        ))}
        {to('activity', 'Activity', 'activity', () => lastChange(commandsOf(state)))}
        {to('notifications', 'Notifications', 'inbox', () => 'Which devices, of what, and when not')}
        {to('settings', 'Settings', 'settings', () => `Colours: ${schemeWords[chosenScheme()].toLowerCase()}`)}
        <Show when={!isInstalled()}>
          {to('install', 'Install the app', 'install', () => 'Opens from the home screen, without a browser around it')}
        </Show>
      </Rows>
      <h2 class="rows-head">Organisation · {state.me?.organisation.name}</h2>
      <Rows>
        {to('members', 'Members', 'members', () => (
          <MembersLine />
        ))}
        <Show when={isAdmin()}>
          {to('keys', 'Keys', 'key', () => (
            <KeysLine />
          ))}
        </Show>
        <Show when={isAdmin()}>
          {to('webhooks', 'Webhooks', 'links', () => 'Addresses that are told of notices: ntfy, Slack, your own')}
        </Show>
        {to('usage', 'Usage', 'usage', () => usageLine(Object.values(machinesOf(state))))}
        <Show when={isAdmin()}>{to('audit', 'Audit', 'audit', () => 'Who did what, and when')}</Show>
      </Rows>
      <div class="rows-foot">
        <SignInAnotherDevice />
        <CallButton
          label="Sign out and erase this device’s data"
          busy="Signing out…"
          call={async () => {
            if (mayForget(Object.keys(state.drafts).length)) await app.signOut();
          }}
        />
      </div>
    </>
  );
}

function SignInsLine() {
  const app = useApp();
  const sessions = useAsked('sessions', () => app.sessions());
  return <>{countOf(sessions.value(), 'device')}</>;
}

function MembersLine() {
  const app = useApp();
  const members = useAsked('members', () => app.members());
  return <>{countOf(members.value(), 'member')}</>;
}

function KeysLine() {
  const app = useApp();
  const keys = useAsked('keys', () => app.keys());
  const own = () => keys.value() && ownKeys(keys.value() ?? [], machinesOf(app.state));
  return <>{countOf(own(), 'key')}</>;
}

/** Nothing is said of what is not known yet. */
function countOf(all: readonly unknown[] | undefined, word: string): string {
  return all === undefined ? '…' : counted(all.length, word);
}

/** "Last change 12 min ago". */
function lastChange(commands: readonly { readonly createdAt: string }[]): string {
  const last = Math.max(...commands.map(({ createdAt }) => Date.parse(createdAt)));
  const words = ago(last);
  if (commands.length === 0) return 'No changes yet';
  return `Last change ${words}${words === 'just now' ? '' : ' ago'}`;
}

function usageLine(machines: readonly { readonly projects: readonly { readonly documents: number }[] }[]): string {
  const documents = machines.flatMap(({ projects }) => projects).reduce((sum, project) => sum + project.documents, 0);
  return `${counted(machines.length, 'machine')} · ${counted(documents, 'document')}`;
}

/** Signing out empties the device: what was typed and not applied goes with it. */
function mayForget(drafts: number): boolean {
  return drafts === 0 || confirm(`Sign out and discard ${counted(drafts, 'draft')} that no machine has applied?`);
}
