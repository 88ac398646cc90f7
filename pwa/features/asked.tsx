/** What screens ask the relay: one answer for all that show it, kept while the app is open and asked for anew by each screen. The next answer changes the objects of the last one in their places: what takes a member out of one (`({ name }) => …`) shows the old one for ever. */
import { type JSX, onMount, Show } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import { useApp } from '../state/context.ts';
import { createCall } from '../ui/create-call.ts';
import { Skeleton } from '../ui/skeleton.tsx';

export interface Asked<Value> {
  /** Undefined until the first answer. What did not change is the same object in the next one. */
  value(): Value | undefined;
  problem(): string | undefined;
  ask(): void;
}

let whose: string | undefined;
const kept = new Map<string, Asked<object>>();

/** Asks, and shows what was answered the last time until then. Another person's answers are gone. */
export function useAsked<Value extends object>(name: string, call: () => Promise<Value>): Asked<Value> {
  const { me } = useApp().state;
  const now = `${me?.organisation.id} ${me?.person.id}`;
  if (whose !== now) kept.clear();
  whose = now;
  const asked = (kept.get(name) as Asked<Value> | undefined) ?? createAsked(call);
  kept.set(name, asked);
  onMount(asked.ask);
  return asked;
}

function createAsked<Value extends object>(call: () => Promise<Value>): Asked<Value> {
  const [answer, setAnswer] = createStore<{ value?: Value }>({});
  const { problem, busy, run } = createCall();
  let isAskedAgain = false;
  const ask = async (): Promise<void> => {
    if (busy()) {
      isAskedAgain = true;
      return;
    }
    do {
      isAskedAgain = false;
      await run(async () => setAnswer(reconcile({ value: await call() })));
    } while (isAskedAgain);
  };
  return { value: () => answer.value, problem, ask: () => void ask() };
}

/** The answer once it is there; until then that it is being read, or why it could not be and a way to try again. */
export function Answer<Value extends object>(props: {
  of: Asked<Value>;
  /** "Reading the keys…" */
  reading: string;
  children: (value: () => Value) => JSX.Element;
}) {
  return (
    <>
      <Show when={props.of.problem()}>
        {(problem) => (
          <div class="strip" role="alert">
            <span>{problem()}</span>
            <button type="button" onClick={() => props.of.ask()}>
              Try again
            </button>
          </div>
        )}
      </Show>
      <Show
        when={props.of.value()}
        fallback={
          <Show when={!props.of.problem()}>
            <Skeleton text={props.reading} />
          </Show>
        }
      >
        {(value) => <>{props.children(value)}</>}
      </Show>
    </>
  );
}
