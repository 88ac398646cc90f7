/** A notice as a line of the Inbox: one sentence, what it leads to, and what the person can do with it here. */
import { Show } from 'solid-js';
import type { CommandSummary } from '#contract/command.ts';
import { machineOfFeed } from '#contract/feed-name.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { commandsOf, machinesOf } from '../../state/sorts.ts';
import { atTime } from '../../ui/time.ts';
import { CommandItem } from '../activity/CommandItem.tsx';
import { markNotice, tomorrow } from './marks.ts';
import type { NoticeShown } from './waiting.ts';

export function NoticeItem(props: { shown: NoticeShown; isNew: boolean }) {
  const app = useApp();
  const notice = () => props.shown.notice;
  const machine = () => machineOfFeed(notice().link.feed);
  const mark = (until: Date | undefined) => markNotice(app, props.shown.key, notice(), until);
  return (
    <article class="panel item" classList={{ unseen: props.isNew }}>
      <h2>
        <a href={hrefOf(props.shown)}>{notice().title}</a>
      </h2>
      <p class="small soft">
        <Show when={props.isNew}>
          <span class="hidden-visually">New. </span>
        </Show>
        {notice().text ? `${notice().text} · ` : ''}
        {machinesOf(app.state)[machine() ?? '']?.name ?? 'A machine'} · {atTime(notice().since)}
      </p>
      <Show when={commandOf(app.state, props.shown)}>
        {(command) => (
          <ul class="cards">
            <CommandItem command={command()} />
          </ul>
        )}
      </Show>
      <div class="actions">
        <button type="button" class="button" onClick={() => mark(tomorrow(Date.now()))}>
          Tomorrow
        </button>
        <button type="button" class="button" onClick={() => mark(undefined)}>
          Dismiss
        </button>
      </div>
    </article>
  );
}

/** The document that it is about; of a command, the machine's activity. */
export function hrefOf({ notice: { link } }: NoticeShown): string {
  const machine = machineOfFeed(link.feed);
  const [project = '', path = ''] = link.key.split('\n');
  if (link.item === 'document') return hrefTo({ machine, project, place: 'document', item: path });
  return hrefTo({ machine, place: 'activity' });
}

function commandOf(
  state: Parameters<typeof commandsOf>[0],
  { notice: { link } }: NoticeShown,
): CommandSummary | undefined {
  return link.item === 'command' ? commandsOf(state).find(({ id }) => id === link.key) : undefined;
}
