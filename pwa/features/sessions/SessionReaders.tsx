/** Who else is in a terminal now, by name; who typed last is marked. */
import { For, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import type { Session } from './sessions.ts';

export function SessionReaders(props: { session: Session }) {
  const { state } = useApp();
  const isOwn = (name: string) => name === state.me?.person.name;
  const isAlone = () => props.session.readers.every(isOwn);
  const shown = (name: string) => (isOwn(name) ? 'you' : name);
  return (
    <Show when={!isAlone()}>
      <span class="session-readers">
        {' · '}
        <For each={props.session.readers}>
          {(name, at) => (
            <>
              {at() > 0 ? ', ' : ''}
              <Show when={name === props.session.typing} fallback={shown(name)}>
                <strong title="Typed last">{shown(name)}</strong>
                <span class="hidden-visually"> (typed last)</span>
              </Show>
            </>
          )}
        </For>
      </span>
    </Show>
  );
}
