/** A sign-in link was opened where somebody else is signed in: anybody may have put it there, so the person says who they want to be. */

import { Show } from 'solid-js';
import { counted } from '../features/words.ts';
import type { SignInQuestion as Question } from '../state/app-state.ts';
import { useApp } from '../state/context.ts';
import { createCall } from '../ui/create-call.ts';
import { Sheet } from '../ui/sheet.tsx';

export function SignInQuestion(props: { of: Question }) {
  const app = useApp();
  const { problem, busy, run } = createCall();
  const me = () => app.state.me;
  const unsent = () => app.state.wishes.filter(({ state }) => state === 'sending' || state === 'unsent').length;
  const drafts = () => Object.keys(app.state.drafts).length;
  const stay = () => void app.answerSignIn(false);
  return (
    <Sheet title={`Sign in as ${props.of.as.name} instead of ${props.of.now.name}?`} onClose={stay}>
      <div class="stack">
        <p>
          You opened a sign-in link for <strong>{props.of.as.name}</strong> of{' '}
          <strong>{props.of.as.organisation}</strong>. In this browser you are <strong>{props.of.now.name}</strong>
          {me() === undefined ? '' : ` of ${me()?.organisation.name}`}.
        </p>
        <p class="soft">Sign in as {props.of.as.name} only if you asked for this link. Anyone can send you one.</p>
        <Show when={unsent() > 0}>
          <p role="alert" class="strip">
            {unsent() === 1 ? 'One change was' : `${unsent()} changes were`} not sent yet and would be lost.
          </p>
        </Show>
        <Show when={drafts() > 0}>
          <p role="alert" class="strip">
            {counted(drafts(), 'draft')} that no machine has applied would be discarded.
          </p>
        </Show>
        <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
        <div class="stack">
          <button type="button" class="button primary" disabled={busy()} onClick={stay}>
            Stay {props.of.now.name}
          </button>
          <button type="button" class="button" disabled={busy()} onClick={() => void run(() => app.answerSignIn(true))}>
            Sign in as {props.of.as.name}
          </button>
        </div>
      </div>
    </Sheet>
  );
}
