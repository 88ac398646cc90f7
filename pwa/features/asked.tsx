/** What these screens ask the relay: one answer for all that show it, kept while the app is open and asked for anew by each screen. */
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { createCall } from '../ui/create-call.ts';

export interface Asked<Value> {
  /** Undefined until the first answer. */
  value(): Value | undefined;
  problem(): string | undefined;
  ask(): void;
}

type Kept = { readonly asked: Asked<unknown> };

let whose: string | undefined;
const kept = new Map<string, Kept>();

/** Asks, and shows what was answered the last time until then. Another person's answers are gone. */
export function useAsked<Value>(name: string, call: () => Promise<Value>): Asked<Value> {
  const { me } = useApp().state;
  const now = `${me?.organisation.id} ${me?.person.id}`;
  if (whose !== now) kept.clear();
  whose = now;
  const asked = (kept.get(name)?.asked as Asked<Value> | undefined) ?? createAsked(call);
  kept.set(name, { asked });
  onMount(asked.ask);
  return asked;
}

function createAsked<Value>(call: () => Promise<Value>): Asked<Value> {
  const [value, setValue] = createSignal<Value>();
  const { problem, busy, run } = createCall();
  let again = false;
  const ask = async (): Promise<void> => {
    if (busy()) {
      again = true;
      return;
    }
    do {
      again = false;
      await run(async () => {
        const answer = await call();
        setValue(() => answer);
      });
    } while (again);
  };
  return { value, problem, ask: () => void ask() };
}

/** The answer once it is there; until then that it is being read, or why it could not be and a way to try again. */
export function Answer<Value>(props: {
  of: Asked<Value>;
  /** "Reading the keys…" */
  reading: string;
  children: (value: () => Value) => JSX.Element;
}) {
  const holder = () => {
    const value = props.of.value();
    return value === undefined ? undefined : { value };
  };
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
        when={holder()}
        fallback={
          <Show when={!props.of.problem()}>
            <p class="soft" role="status">
              {props.reading}
            </p>
          </Show>
        }
      >
        {(held) => props.children(() => held().value)}
      </Show>
    </>
  );
}
