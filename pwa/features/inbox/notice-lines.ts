/** Notices as lines of the Inbox: what each leads to, and what can be done here. */
import { type Accessor, createMemo, untrack } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import { machineOfFeed } from '#contract/feed-name.ts';
import { hrefTo } from '../../route.ts';
import type { AppState } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { commandsOf, documentsOf, machinesOf } from '../../state/sorts.ts';
import { clock } from '../../ui/time.ts';
import { hrefOfCommand } from '../activity/about.ts';
import type { WaitingAction, WaitingLine } from '../waiting-line.ts';
import { inboxSeenUpTo } from './looks.ts';
import { markNotice } from './marks.ts';
import { type NoticeShown, noticesFor } from './waiting.ts';

export function useNotices(): Accessor<readonly WaitingLine[]> {
  const app = useApp();
  const notices = createMemo(() => noticesFor(app.state, clock()).waiting);
  return () => {
    const seenUpTo = untrack(() => inboxSeenUpTo(app.state));
    return notices().map((shown): WaitingLine => {
      const { notice, key } = shown;
      const since = Date.parse(notice.since);
      const isCommand = notice.link.item === 'command';
      const machine = machineOfFeed(notice.link.feed) ?? '';
      return {
        key: `notice ${key}`,
        group: isCommand ? 'wrong' : notice.topic === 'approval' ? 'decide' : 'know',
        icon: isCommand ? 'wrong' : 'decide',
        tone: isCommand ? 'danger' : 'progress',
        title: notice.title,
        note: [notice.text, machinesOf(app.state)[machine]?.name].filter(Boolean).join(' · '),
        since,
        isNew: since > seenUpTo,
        actions: actionsOf(app.state, shown, machine),
        setAside: (until) => markNotice(app, key, notice, until),
      };
    });
  };
}

function actionsOf(state: AppState, shown: NoticeShown, machine: string): readonly WaitingAction[] {
  const { link } = shown.notice;
  if (link.item !== 'command') return [{ label: 'Review', to: hrefOfNotice(shown) }];
  const command = commandOf(state, link.key);
  const about = command === undefined ? undefined : hrefOfCommand(command, documentsOf(state, machine));
  return [
    { label: 'What can I do?', to: hrefOfNotice(shown) },
    ...(about === undefined ? [] : [{ label: 'Open', to: about }]),
  ];
}

/** The document that it is about; of a command, its receipts. */
export function hrefOfNotice({ notice: { link } }: NoticeShown): string {
  const machine = machineOfFeed(link.feed);
  const [project = '', path = ''] = link.key.split('\n');
  if (link.item === 'document') return hrefTo({ machine, project, place: 'document', item: path });
  return hrefTo({ machine, place: 'activity', query: { command: link.key } });
}

function commandOf(state: AppState, id: string): CommandSummary | undefined {
  return commandsOf(state).find((command) => command.id === id);
}
