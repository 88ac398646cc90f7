/** Where somebody is signed in, and signing out there. */
import { createSignal, For } from 'solid-js';
import type { SessionRecord } from '#contract/people.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { type Act, ActRow } from '../../ui/act-row.tsx';
import { Rows } from '../../ui/rows.tsx';
import { atTime } from '../../ui/time.ts';
import { Answer, useAsked } from '../asked.tsx';
import { curlCall } from '../curl-call.ts';
import { nameOfBrowser } from './browser-name.ts';
import { SignInAnotherDevice } from './OtherDevice.tsx';

const wayWords: Readonly<Record<NonNullable<SessionRecord['way']>, string>> = {
  link: 'with a link',
  password: 'with a password',
  passkey: 'with a passkey',
  oidc: 'through a provider',
};

export function SignIns() {
  const app = useApp();
  const sessions = useAsked('sessions', () => app.sessions());
  const [said, setSaid] = createSignal('');
  const end = (session: SessionRecord): Act => ({
    title: nameOfBrowser(session.agent),
    submit: 'Sign out there',
    busy: 'Signing out…',
    words: 'It is signed out within 5 seconds, and what it keeps for reading offline is erased when it next runs.',
    curl: curlCall('sessionRevoke', { parameters: { session: session.id } }),
    call: async () => {
      await app.revokeSession(session.id);
      setSaid(`${nameOfBrowser(session.agent)} is signed out.`);
      sessions.ask();
    },
  });
  return (
    <>
      <Head title="Sign-ins" />
      <p class="said" role="status">
        {said()}
      </p>
      <Answer of={sessions} reading="Reading where you are signed in…">
        {(all) => (
          <Rows label="Sign-ins">
            <For each={all()}>
              {(session) => (
                <ActRow
                  title={session.current ? 'This device' : nameOfBrowser(session.agent)}
                  note={factsOf(session)}
                  act={session.current ? undefined : end(session)}
                />
              )}
            </For>
          </Rows>
        )}
      </Answer>
      <div class="rows-foot">
        <SignInAnotherDevice onClose={sessions.ask} />
      </div>
    </>
  );
}

function factsOf({ way, createdAt, expiresAt }: SessionRecord): string {
  return `${way === undefined ? '' : `${wayWords[way]} · `}since ${atTime(createdAt)} · until ${atTime(expiresAt)} at the latest`;
}
