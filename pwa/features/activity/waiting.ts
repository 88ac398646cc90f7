/** Changes of this device that never reached the relay, so that nobody else can tell of them. */
import type { Accessor } from 'solid-js';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/sorts.ts';
import { useFeatures } from '../context.ts';
import { resend } from '../editing.ts';
import { wordsOf } from '../receipts.ts';
import type { WaitingLine } from '../waiting-line.ts';

export function useUnsent(): Accessor<readonly WaitingLine[]> {
  const app = useApp();
  const features = useFeatures();
  return () =>
    app.state.wishes
      .filter(({ state }) => state === 'unsent')
      .flatMap((wish): WaitingLine[] => {
        const again = resend(app, wish);
        if (again === undefined) return [];
        const instead = (label: string, run: () => void) => ({
          label,
          to: () => {
            app.dismiss(wish.id);
            run();
          },
        });
        return [
          {
            key: `unsent ${wish.id}`,
            group: 'wrong',
            icon: 'wrong',
            tone: 'danger',
            title: `Could not ${wordsOf(features, wish).toDo}`,
            note: `${wish.problem?.title ?? 'Not sent'} · ${machinesOf(app.state)[wish.machine]?.name ?? 'its machine'}`,
            since: wish.sentAt,
            actions: [
              instead('Send again', again.now),
              instead('Send when it is back', again.whenBack),
              instead('Dismiss', () => {}),
            ],
          },
        ];
      });
}
