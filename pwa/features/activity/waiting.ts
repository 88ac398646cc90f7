/** Changes of this device that never reached the relay, so that nobody else can tell of them. */
import { type Accessor, createEffect, createMemo, createSignal } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import type { WaitingLine } from '../waiting-line.ts';

export function useUnsent(): Accessor<readonly WaitingLine[]> {
  const app = useApp();
  const [receipts, setReceipts] = createSignal<typeof import('../receipts.ts')>();
  const unsent = createMemo(() =>
    app.state.wishes
      .filter(({ state }) => state === 'unsent')
      // A typed text has its draft, which says so itself.
      .filter(({ id }) => !Object.values(app.state.drafts).some(({ wish }) => wish === id)),
  );
  createEffect(() => {
    if (unsent().length > 0 && receipts() === undefined)
      void import('../receipts.ts').then((words) => setReceipts(words));
  });
  return () =>
    unsent().map((wish): WaitingLine => {
      const again = async (when: 'now' | 'whenBack') => {
        const { resend } = await import('../editing.ts');
        const ways = resend(app, wish);
        app.dismiss(wish.id);
        ways?.[when]();
      };
      return {
        machine: wish.machine,
        key: `unsent ${wish.id}`,
        group: 'wrong',
        icon: 'wrong',
        tone: 'danger',
        title: `Could not ${receipts()?.wordsOf(wish).toDo ?? 'send a change'}`,
        note: `${wish.problem?.title ?? 'Not sent'} · ${machinesOf(app.state)[wish.machine]?.name ?? 'its machine'}`,
        since: wish.sentAt,
        actions: [
          { label: 'Send again', to: () => void again('now') },
          { label: 'Send when it is back', to: () => void again('whenBack') },
          { label: 'Dismiss', to: () => app.dismiss(wish.id) },
        ],
      };
    });
}
