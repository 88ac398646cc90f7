/** For somebody who is not signed in: how to be. */
import { createSignal, Show } from 'solid-js';
import { useApp } from '../state/context.ts';
import { CommandLine } from '../ui/copy.tsx';

export function SignIn() {
  const app = useApp();
  const [problem, setProblem] = createSignal<string>();
  const [text, setText] = createSignal('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const token = /([A-Za-z0-9_-]+)\s*$/.exec(text())?.[1] ?? '';
    await app
      .signIn(token)
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  const said = () => problem() ?? app.state.signInProblem?.detail ?? app.state.signInProblem?.title;
  return (
    <main class="sign-in">
      <div class="panel stack">
        <h1>Sallyport</h1>
        <p>The specs on your machines, live. Sign in with the link that the relay prints when it starts:</p>
        <CommandLine text="npm start" />
        <p class="small soft">Or from a device that is signed in: Machines, “Sign in another device”.</p>
        <form class="stack" onSubmit={(event) => void submit(event)}>
          <input
            class="field"
            placeholder="Paste a sign-in link"
            aria-label="Sign-in link"
            autocomplete="off"
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <Show when={said()}>
            {(words) => (
              <p role="alert" class="strip">
                {words()} {app.state.signInProblem?.hint}
              </p>
            )}
          </Show>
          <button type="submit" class="button primary">
            Sign in
          </button>
        </form>
      </div>
    </main>
  );
}
