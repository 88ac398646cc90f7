/** The receipt of the last change that this device sent: under way, done and how to take it back, or why it was not done and what can be done about it. One at a time; what failed is also in the Inbox. */
import { createEffect, createResource, createSignal, onCleanup, Show } from 'solid-js';
import { Dynamic, Portal } from 'solid-js/web';
import { resend, undoOf } from '../features/editing.ts';
import { insistOn } from '../features/insist.ts';
import type { ConflictScreen } from '../features/place.ts';
import { isShownByRecord, mayUndo, sentenceOf } from '../features/receipts.ts';
import { stateWords } from '../features/words.ts';
import type { Wish } from '../state/app-state.ts';
import { useApp } from '../state/context.ts';
import { machinesOf } from '../state/facts/sorts.ts';
import { hasEnded } from '../state/wishes/wish.ts';
import { Toast, type ToastAction } from '../ui/toasts.tsx';
import { useFrame } from './frame.ts';

/** How long a receipt stays once the change has ended, in ms: done, with Undo, and not done. */
const doneMs = 10_000;
const failedMs = 20_000;

export function Receipt(props: { conflict: ConflictScreen | undefined }) {
  const app = useApp();
  const { state } = app;
  const { route } = useFrame();
  const [deciding, setDeciding] = createSignal<Wish>();
  // What was read is not told again, and stays in the Inbox.
  const [read, setRead] = createSignal<string>();
  const newest = () => {
    const wish = state.wishes[0];
    return wish === undefined || wish.id === read() || isShown(wish) ? undefined : wish;
  };
  const isShown = (wish: Wish) => isShownByRecord(state, wish, route().item);
  createEffect(() => {
    const wish = state.wishes[0];
    if (wish !== undefined && hasEnded(wish) && isShown(wish)) app.dismiss(wish.id);
  });
  return (
    <>
      <Show when={newest()} keyed>
        {(wish) => <WishToast wish={wish} onRead={() => setRead(wish.id)} onDecide={() => setDeciding(wish)} />}
      </Show>
      <Show when={deciding()}>
        {(wish) => (
          <Portal>
            <Dynamic component={props.conflict} wish={wish()} onClose={() => setDeciding(undefined)} />
          </Portal>
        )}
      </Show>
    </>
  );
}

function WishToast(props: { wish: Wish; onRead: () => void; onDecide: () => void }) {
  const app = useApp();
  const name = () => machinesOf(app.state)[props.wish.machine]?.name ?? 'the machine';
  const isOver = () => props.wish.state === 'done' || props.wish.state === 'cancelled';
  createEffect(() => {
    // What waits for its machine may wait for days.
    if (!hasEnded(props.wish) && props.wish.state !== 'queued') return;
    const end = () => (isOver() ? app.dismiss(props.wish.id) : props.onRead());
    const timer = setTimeout(end, isOver() ? doneMs : failedMs);
    onCleanup(() => clearTimeout(timer));
  });
  const [undo] = createResource(
    () => props.wish.state === 'done' && props.wish.result !== undefined && props.wish,
    (wish) => undoOf(app, wish),
  );
  const instead = (label: string, run: () => void): ToastAction => ({
    label,
    run: () => {
      app.dismiss(props.wish.id);
      run();
    },
  });
  const actions = (): ToastAction[] => {
    const { wish } = props;
    const back = undo();
    const insist = insistOn(wish);
    const again = resend(app, wish);
    switch (wish.state) {
      case 'conflict':
        return [{ label: 'Decide', run: () => props.onDecide() }];
      case 'queued':
      case 'sending':
        return [{ label: 'Cancel', run: () => void app.cancel(wish.id) }];
      case 'done':
        return back === undefined || !mayUndo(app.state, wish) ? [] : [instead('Undo', () => back(app))];
      case 'expired':
      case 'unsent':
        return again === undefined
          ? []
          : [instead('Send again', again.now), instead('Send when it is back', again.whenBack)];
      default:
        return insist === undefined ? [] : [instead('Do it anyway', () => insist(app))];
    }
  };
  return (
    <Toast
      text={textOf(sentenceOf(props.wish, name()), props.wish)}
      note={hasEnded(props.wish) ? undefined : stateWords[props.wish.state].label}
      actions={actions()}
      onClose={() => app.dismiss(props.wish.id)}
    />
  );
}

/** "Could not set status on laptop: 3 items are open". */
function textOf(sentence: string, { state, problem }: Wish): string {
  if (problem === undefined || state === 'done' || state === 'cancelled') return sentence;
  const why = problem.detail ?? problem.title;
  return `${sentence}: ${why.charAt(0).toLowerCase()}${why.slice(1)}`;
}
