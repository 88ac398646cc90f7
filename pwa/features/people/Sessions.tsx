/** Where somebody is signed in, and signing out there. */
import { createResource, For, Show } from 'solid-js';
import type { SessionRecord } from '#contract/people.ts';
import { useApp } from '../../state/context.ts';
import { createCall } from '../../ui/create-call.ts';
import { atTime } from '../../ui/time.ts';
import { nameOfBrowser } from './browser-name.ts';

export function Sessions() {
  const app = useApp();
  const [sessions, { refetch }] = createResource(() => app.sessions());
  return (
    <>
      <h1>Signed in</h1>
      <div class="card-list">
        <Show when={sessions.error}>
          <p role="alert">{String(sessions.error?.message ?? sessions.error)}</p>
        </Show>
        <For each={sessions.error ? [] : sessions()}>
          {(session) => <SessionCard of={session} onChange={() => void refetch()} />}
        </For>
      </div>
    </>
  );
}

function SessionCard(props: { of: SessionRecord; onChange: () => void }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const end = () =>
    void run(async () => {
      await app.revokeSession(props.of.id);
      props.onChange();
    });
  return (
    <article class="panel item stack">
      <h2>{props.of.current ? 'Here' : nameOfBrowser(props.of.agent)}</h2>
      <p class="small soft">
        since {atTime(props.of.createdAt)} · until {atTime(props.of.expiresAt)} at the latest
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show when={!props.of.current}>
        <div class="actions">
          <button type="button" class="button danger" disabled={busy()} onClick={end}>
            Sign out there
          </button>
        </div>
      </Show>
    </article>
  );
}
