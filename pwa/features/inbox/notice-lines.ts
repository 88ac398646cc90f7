/** Notices as lines of the Inbox: what each leads to, and what can be done here. */

import { type Accessor, createMemo, untrack } from 'solid-js';
import { machineOfFeed } from '#contract/feed-name.ts';
import { hrefTo } from '../../route.ts';
import type { App, AppState } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { commandsOf, documentsOf, machinesOf } from '../../state/facts/sorts.ts';
import { clock } from '../../ui/time.ts';
import type { WaitingAction, WaitingLine } from '../waiting-line.ts';
import { inboxSeenUpTo } from './looks.ts';
import { markNotice } from './marks.ts';
import { hrefOfNotice } from './notice-href.ts';
import { type NoticeShown, noticesFor } from './waiting.ts';

export function useNotices(): Accessor<readonly WaitingLine[]> {
  const app = useApp();
  const notices = createMemo(() => noticesFor(app.state, clock()).waiting);
  return () => {
    const seenUpTo = untrack(() => inboxSeenUpTo(app.state));
    return notices().map((shown): WaitingLine => {
      const { notice, key } = shown;
      const noticed = Date.parse(notice.since);
      const isCommand = notice.link.item === 'command';
      const machine = machineOfFeed(notice.link.feed) ?? '';
      const isDocument = notice.link.item === 'document';
      const [project = '', path = ''] = isDocument ? notice.link.key.split('\n') : [];
      return {
        machine,
        key: `notice ${key}`,
        group: isCommand ? 'wrong' : notice.topic === 'approval' ? 'decide' : 'know',
        icon: isCommand ? 'wrong' : 'decide',
        tone: isCommand ? 'danger' : 'progress',
        title: notice.title,
        note: noteOf(app, notice, machine),
        ...(notice.topic === 'approval' && path !== '' ? { approval: { project, path } } : {}),
        since: isDocument ? askedAt(app.state, machine, notice.link.key, noticed) : noticed,
        isNew: noticed > seenUpTo,
        actions: actionsOf(app, shown, machine),
        setAside: (until) => markNotice(app, key, notice, until),
      };
    });
  };
}

/** What it is about, of which project and machine. */
function noteOf({ state }: App, { text, link }: NoticeShown['notice'], machine: string): string {
  const known = machinesOf(state)[machine];
  const project = link.item === 'document' ? link.key.split('\n')[0] : undefined;
  const name = known?.projects.find(({ id }) => id === project)?.name;
  return [text, name, known?.name].filter(Boolean).join(' · ');
}

/** When an agent asked, in ms since 1970; the relay may have noticed it much later. */
function askedAt(state: AppState, machine: string, key: string, noticed: number): number {
  const asked = Date.parse(String(documentsOf(state, machine)[key]?.meta.created_at));
  return Number.isNaN(asked) ? noticed : Math.min(asked, noticed);
}

/** What most people want first, of a command that was not done. */
function actionsOf(app: App, shown: NoticeShown, machine: string): readonly WaitingAction[] {
  const { link } = shown.notice;
  const to = hrefOfNotice(shown);
  if (shown.notice.topic === 'approval' && link.item === 'document') {
    const [project = '', item = ''] = link.key.split('\n');
    return [{ label: 'Review', to: hrefTo({ machine, project, place: 'review', item }) }];
  }
  if (link.item !== 'command') return [{ label: 'Open', to }];
  const command = commandsOf(app.state).find(({ id }) => id === link.key);
  if (command === undefined) return [{ label: 'Details', to }];
  if (command.state === 'conflict') return [{ label: 'See both', to: hrefOfNotice(shown, { see: 'both' }) }];
  const insists = command.problem?.code === 'edit-refused';
  const again = async () => {
    const { tryAgain } = await import('../activity/again.ts');
    if (await tryAgain(app, { machine, command: link.key, insists }))
      markNotice(app, shown.key, shown.notice, undefined);
    else location.hash = to;
  };
  return [
    { label: insists ? 'Do it anyway' : 'Send again', to: () => void again() },
    { label: 'Details', to },
  ];
}
