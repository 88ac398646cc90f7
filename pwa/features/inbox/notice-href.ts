/** Where a notice leads in the app. */
import { machineOfFeed } from '#contract/feed-name.ts';
import type { Notice } from '#contract/notice.ts';
import { hrefTo } from '../../route.ts';

/** The document that it is about, where one can decide if that is asked; of a command, its receipts; else the machine's page. */
export function hrefOfNotice(
  { notice: { link, topic } }: { readonly notice: Pick<Notice, 'link' | 'topic'> },
  query: Readonly<Record<string, string>> = {},
): string {
  const machine = machineOfFeed(link.feed);
  const [project = '', path = ''] = link.key.split('\n');
  const place = topic === 'approval' ? 'approval' : 'document';
  if (link.item === 'document') return hrefTo({ machine, project, place, item: path });
  if (link.item === 'machine' || link.item === 'condition') return hrefTo({ machine, place: 'machine' });
  // Of records, decisions alone carry notices.
  if (link.item === 'record') return hrefTo({ machine, place: 'approval', item: link.key });
  return hrefTo({ machine, place: 'activity', query: { command: link.key, ...query } });
}
