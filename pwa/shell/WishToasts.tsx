/** The receipts of what this device sent: queued, delivered, applied; how to take it back; why it was not done. */
import { createEffect, createResource, createSignal, For, lazy, onCleanup, Show } from 'solid-js';
import { Portal } from 'solid-js/web';
import { useFeatures } from '../features/context.ts';
import { insistOn, undoOf } from '../features/editing.ts';
import { sentenceOf } from '../features/receipts.ts';
import { stateWords } from '../features/words.ts';
import type { Wish } from '../state/app-state.ts';
import { useApp } from '../state/context.ts';
import { machinesOf } from '../state/sorts.ts';
import { Toast } from '../ui/toasts.tsx';

const Conflict = lazy(async () => ({ default: (await import('../features/documents/Conflict.tsx')).Conflict }));

/** How long an applied command can be taken back from its toast, in ms. */
const doneMs = 8000;

/** The newest three, each until it was read. */
export function WishToasts() {
  const { state } = useApp();
  const [deciding, setDeciding] = createSignal<Wish>();
  return (
    <>
      <For each={state.wishes.slice(0, 3).toReversed()}>
        {(wish) => <WishToast wish={wish} onDecide={() => setDeciding(wish)} />}
      </For>
      <Show when={deciding()}>
        {(wish) => (
          <Portal>
            <Conflict wish={wish()} onClose={() => setDeciding(undefined)} />
          </Portal>
        )}
      </Show>
    </>
  );
}

function WishToast(props: { wish: Wish; onDecide: () => void }) {
  const app = useApp();
  const features = useFeatures();
  const machine = () => machinesOf(app.state)[props.wish.machine]?.name ?? 'the machine';
  createEffect(() => {
    if (props.wish.state !== 'done' && props.wish.state !== 'cancelled') return;
    const timer = setTimeout(() => app.dismiss(props.wish.id), doneMs);
    onCleanup(() => clearTimeout(timer));
  });
  const [undo] = createResource(
    () => props.wish.state === 'done' && props.wish.result !== undefined && props.wish,
    undoOf,
  );
  const action = () => {
    const { state, id } = props.wish;
    if (state === 'conflict') return { label: 'Decide', run: () => props.onDecide() };
    if (state === 'queued' || state === 'sending') return { label: 'Cancel', run: () => void app.cancel(id) };
    const next = state === 'done' ? undo() : insistOn(features, props.wish);
    if (next === undefined) return undefined;
    return {
      label: state === 'done' ? 'Undo' : 'Do it anyway',
      run: () => {
        app.dismiss(id);
        next(app);
      },
    };
  };
  return (
    <Toast
      text={sentenceOf(features, props.wish, machine())}
      note={noteOf(props.wish)}
      action={action()}
      onClose={() => app.dismiss(props.wish.id)}
    />
  );
}

/** Its receipt in a word, and where it was not done the reason. */
function noteOf({ state, problem }: Wish): string {
  const word = stateWords[state].label;
  return problem === undefined ? word : `${word}: ${problem.detail ?? problem.title}`;
}
