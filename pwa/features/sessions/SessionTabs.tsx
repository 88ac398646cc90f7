/** Above a session on a desktop: those that are open side by side, once there are several. */
import { createMemo, For, Show } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { goTo } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { Icon } from '../../ui/icon.tsx';
import { closeTab, openTab, openTabs } from './open-tabs.ts';
import { SessionDot } from './SessionDot.tsx';
import { hrefOfSession, sessionsOf } from './sessions.ts';

export function SessionTabs(props: { current: string }) {
  const { state } = useApp();
  openTab(props.current);
  const byId = createMemo(() => new Map(sessionsOf(state).map((session) => [session.id, session])));
  // What is gone has no tab, and may be back.
  const shown = createMemo(() => openTabs().filter((id) => byId().has(id)));
  const close = (id: string) => {
    const next = closeTab(id);
    if (id !== props.current) return;
    const session = next === undefined ? undefined : byId().get(next);
    goTo(session === undefined ? hrefTo({ place: 'sessions' }) : hrefOfSession(session));
  };
  return (
    <Show when={shown().length > 1}>
      <nav class="session-tabs" aria-label="Open sessions">
        <ul>
          <For each={shown()}>
            {(id) => (
              <Show when={byId().get(id)}>
                {(session) => (
                  <li classList={{ current: id === props.current }}>
                    <a href={hrefOfSession(session())} aria-current={id === props.current ? 'page' : undefined}>
                      <SessionDot session={session()} />
                      <span>{session().title}</span>
                    </a>
                    <button
                      type="button"
                      class="button plain icon"
                      aria-label={`Close the tab ${session().title}`}
                      onClick={() => close(id)}
                    >
                      <Icon name="close" />
                    </button>
                  </li>
                )}
              </Show>
            )}
          </For>
        </ul>
      </nav>
    </Show>
  );
}
