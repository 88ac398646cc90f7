/** Who else is in a terminal now, by name; who typed last is marked. */
import { For, Show } from 'solid-js';
import { useApp } from '../../state/context.ts';
import type { Session } from './sessions.ts';

export function SessionReaders(props: { session: Session }) {
  const { state } = useApp();
  const isAlone = () => props.session.readers.every((name) => name === state.me?.person.name);
  return (
    <Show when={!isAlone()}>
      <span class="session-readers">
        {' · '}
        <For each={props.session.readers}>
          {(name, at) => (
            <>
              {at() > 0 ? ', ' : ''}
              <Show when={name === props.session.typing} fallback={name}>
                <strong title="Typed last">{name}</strong>
                <span class="hidden-visually"> (typed last)</span>
              </Show>
            </>
          )}
        </For>
      </span>
    </Show>
  );
}
