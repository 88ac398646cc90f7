/** Texts that were typed on this device and are not on their way. */
import type { Accessor } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { machinesOf } from '../../state/facts/sorts.ts';
import type { WaitingLine } from '../waiting-line.ts';
import { isUnderWay, wishOfDraft } from './draft-state.ts';
import { isAbsent } from './new-text.ts';

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
          title: isReview(document)
            ? `Your review of ${document.title ?? document.path} is not sent`
            : `Your draft of ${document.title ?? document.path} is not applied`,
          note: `${document.path} · ${machinesOf(state)[machine]?.name ?? 'its machine'}`,
          since: changedAt,
          actions: [
            {
              label: 'Open',
              to: hrefTo({
                machine,
                project: document.project,
                place: placeOfDraft(document),
                item: document.path,
              }),
            },
          ],
        };
      });
}

/** The draft of an approval is what its reader has written about the text. */
function isReview({ kind }: { readonly kind: string }): boolean {
  return kind === 'approval';
}

function placeOfDraft(document: Document): string {
  if (isReview(document)) return 'approval';
  // A document that is not there yet has a page only among those that it will be one of.
  return document.kind === 'steering' && isAbsent(document) ? 'steering' : 'document';
}
