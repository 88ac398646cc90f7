/** Texts that were typed on this device and are not on their way. */
import type { Accessor } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/sorts.ts';
import type { WaitingLine } from '../waiting-line.ts';
import { isUnderWay, wishOfDraft } from './draft-state.ts';

export function useDraftsWaiting(): Accessor<readonly WaitingLine[]> {
  const { state } = useApp();
  return () =>
    Object.entries(state.drafts)
      .filter(([, draft]) => !isUnderWay(draft, state.wishes))
      .map(([key, draft]) => {
        const { machine, document, changedAt } = draft;
        const hasFailed = wishOfDraft(draft, state.wishes) !== undefined;
        return {
          machine,
          key: `draft ${key}`,
          group: hasFailed ? 'wrong' : 'know',
          icon: 'files',
          tone: hasFailed ? 'danger' : 'plain',
          title: `Your draft of ${document.title ?? document.path} is not applied`,
          note: `${document.path} · ${machinesOf(state)[machine]?.name ?? 'its machine'}`,
          since: changedAt,
          actions: [
            {
              label: 'Open',
              to: hrefTo({ machine, project: document.project, place: 'document', item: document.path }),
            },
          ],
        };
      });
}
