/** The honest strip: says when what is shown is not what is, and whether anything can be changed. */
import { Match, Show, Switch } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { isQueueing, setQueueingFor } from '../features/editing.ts';
import { useApp } from '../state/context.ts';
import { atTime } from '../ui/time.ts';
import { truthOf } from './machine-status.ts';

/** Nothing, while the machine and the connection are fine. */
export function Strip(props: { machine: Machine | undefined }) {
  const { state } = useApp();
  const truth = () => (props.machine === undefined ? undefined : truthOf(state, props.machine));
  const since = () => atTime(props.machine?.lastSeenAt ?? props.machine?.statusSince ?? 0);
  const heard = () => (state.connection.heardAt === undefined ? 'never' : atTime(state.connection.heardAt));
  return (
    <Switch>
      <Match when={state.connection.rung === 'offline'}>
        <p class="strip" role="status">
          No connection to the relay since {heard()} · showing the last known state. Editing is off.
        </p>
      </Match>
      <Match when={truth() === 'offline'}>
        <div class="strip" role="status">
          <span>
            Offline since {since()} · showing the last known state.{' '}
            {isQueueing(props.machine?.id ?? '') ? 'Edits are sent when it is back.' : 'Editing is off.'}
          </span>
          <QueueChoice machine={props.machine?.id ?? ''} />
        </div>
      </Match>
      <Match when={truth() === 'never'}>
        <p class="strip" role="status">
          This machine has not connected yet. Start its bridge with the key that was shown.
        </p>
      </Match>
      <Match when={truth() === 'stale' && state.connection.rung !== 'connecting'}>
        <p class="strip" role="status">
          Last update from the relay at {heard()}. This may be out of date.
        </p>
      </Match>
      <Match when={state.replica === 'memory' && state.restored}>
        <p class="strip" role="status">
          This browser does not allow storage, so nothing can be read offline.
        </p>
      </Match>
    </Switch>
  );
}

function QueueChoice(props: { machine: string }) {
  return (
    <Show
      when={isQueueing(props.machine)}
      fallback={
        <button type="button" onClick={() => setQueueingFor(props.machine, true)}>
          Send when it is back
        </button>
      }
    >
      <button type="button" onClick={() => setQueueingFor(props.machine, false)}>
        Do not queue edits
      </button>
    </Show>
  );
}
