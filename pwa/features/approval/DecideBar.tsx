/** The decision, at the thumb: bound to the approval and to the text that are on the screen. */
import { createSignal, For, Match, Show, Switch } from 'solid-js';
import type { DecisionName } from '#contract/approvals/approval.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { Draft } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { keepFootOf } from '../../ui/foot.ts';
import { visible } from '../documents/Changes.tsx';
import { mayEdit, send, setQueueingFor } from '../editing.ts';
import { counted } from '../words.ts';
import { approvalName } from './approval-name.ts';
import { ApproveSheet, WordsSheet } from './DecideSheets.tsx';
import { type Review, toComments } from './review.ts';
import { hearKeys } from './review-keys.ts';

interface BarProps {
  readonly machine: Machine;
  readonly document: Document;
  readonly status: string;
  /** Whether it is as a decision of ours has left it: only that is taken back. */
  readonly isOurs: boolean;
  /** Rev of the text that is shown; `absent` if there is none to see, undefined while it is being read. */
  readonly fileRev: string | undefined;
  /** The checkout that has it, where they differ. */
  readonly checkout: string | undefined;
  readonly review: Review;
  /** How many of the changes were on the screen. */
  readonly seen: { readonly seen: number; readonly all: number };
  readonly draft: Draft | undefined;
  readonly onWords: (words: string) => void;
  readonly onDecided: () => void;
}

export function DecideBar(props: BarProps) {
  const app = useApp();
  const [asking, setAsking] = createSignal<DecisionName>();
  const may = () => mayEdit(app, props.machine.id, { kind: 'approval-update', project: props.document.project });
  const count = () => props.review.comments.length;
  const decide = (decision: DecisionName) => {
    const { project } = props.document;
    const { words, comments } = props.review;
    const { fileRev, checkout } = props;
    if (fileRev === undefined) return;
    const sent = toComments(comments);
    send(
      app,
      props.machine.id,
      'approval-update',
      {
        project,
        approval: approvalName(props.document),
        decision,
        fileRev,
        ...(checkout === undefined ? {} : { checkout }),
        ...(words.trim() === '' ? {} : { response: words.trim() }),
        ...(sent.length === 0 ? {} : { comments: sent }),
      },
      { ifRev: props.document.rev, ...(props.draft === undefined ? {} : { draft: props.draft }) },
    );
    setAsking(undefined);
    props.onDecided();
  };
  const reopen = () => {
    const { project, rev } = props.document;
    send(app, props.machine.id, 'approval-reopen', { project, approval: approvalName(props.document) }, { ifRev: rev });
  };
  const ask = (decision: DecisionName) => () => {
    if (props.status === 'pending' && may() && props.fileRev !== undefined) setAsking(decision);
  };
  hearKeys({ a: ask('approve'), r: ask('needs-revision'), x: ask('reject') });
  const waits = () => props.machine.status !== 'online' || app.state.connection.rung === 'offline';
  return (
    <section class="decide-bar" aria-label="Decision" ref={keepFootOf}>
      <Switch>
        <Match when={props.status !== 'pending' && !props.isOurs}>
          <p class="small soft">
            Another program has made this decision, or has changed it since. Only one that was sent from here is taken
            back.
          </p>
        </Match>
        <Match when={props.status !== 'pending'}>
          <button type="button" class="button" disabled={!may()} onClick={reopen}>
            Take the decision back
          </button>
        </Match>
        <Match when={!may()}>
          <p class="small soft">
            {props.machine.name} takes no decision now: it is offline, or your role or its policy does not allow it.
          </p>
          <button type="button" class="button" onClick={() => setQueueingFor(props.machine.id, true)}>
            Decide when it is back
          </button>
        </Match>
        <Match when={true}>
          <p class="small soft decide-for">
            <Seen {...props.seen} />
            <Show when={props.review.words.trim() !== ''}>
              <span>with your words</span>
            </Show>
            <span class="spread">
              counts for <span class="mono">{props.fileRev?.slice(0, 8) ?? '…'}</span>
              <Show when={props.checkout}>{(checkout) => <> in {visible(checkout())}</>}</Show>
            </span>
          </p>
          <div class="decide-buttons">
            <button
              type="button"
              class="button danger"
              data-decide="reject"
              disabled={props.fileRev === undefined}
              onClick={() => setAsking('reject')}
            >
              Reject
            </button>
            <button
              type="button"
              class="button"
              data-decide="needs-revision"
              disabled={props.fileRev === undefined}
              onClick={() => setAsking('needs-revision')}
            >
              <span>Needs revision</span>
              <Show when={count() > 0}>
                <span class="small">with {counted(count(), 'comment')}</span>
              </Show>
            </button>
            <button
              type="button"
              class="button primary"
              data-decide="approve"
              disabled={props.fileRev === undefined}
              onClick={() => (count() > 0 ? setAsking('approve') : decide('approve'))}
            >
              Approve
            </button>
          </div>
          <Show
            when={waits()}
            fallback={
              <p class="small soft decide-note">
                If the text changes first, nothing is decided and you see what changed.
              </p>
            }
          >
            <p class="small soft">
              Sent when {props.machine.name} is back, and refused if the text or the request has changed by then.
            </p>
          </Show>
        </Match>
      </Switch>
      <Show when={asking()}>
        {(decision) => (
          <Show
            when={decision() !== 'approve'}
            fallback={
              <ApproveSheet
                comments={count()}
                fileRev={props.fileRev ?? ''}
                onClose={() => setAsking(undefined)}
                onSend={decide}
              />
            }
          >
            <WordsSheet
              decision={decision()}
              words={props.review.words}
              needsWords={count() === 0}
              onWords={props.onWords}
              onClose={() => setAsking(undefined)}
              onSend={() => decide(decision())}
            />
          </Show>
        )}
      </Show>
    </section>
  );
}

function Seen(props: { readonly seen: number; readonly all: number }) {
  return (
    <Show when={props.all > 1}>
      <span class="decide-seen">
        <For each={Array.from({ length: Math.min(props.all, 8) })}>
          {(_, at) => <i classList={{ seen: (at() + 1) * props.all <= props.seen * Math.min(props.all, 8) }} />}
        </For>
        {props.seen} of {props.all} changes seen
      </span>
    </Show>
  );
}
