/** What waits for me, over all machines, and what changed since I last looked. */
import { createMemo, For, onCleanup, Show, untrack } from 'solid-js';
import { hrefTo } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { statusLine } from '../../shell/machine-status.ts';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { keepsSome } from '../../state/kept-machines.ts';
import { machinesOf, machinesWithDocuments } from '../../state/sorts.ts';
import { Empty } from '../../ui/empty.tsx';
import { atTime, clock } from '../../ui/time.ts';
import { Conditions } from '../machines/Conditions.tsx';
import { counted } from '../words.ts';
import { inboxSeenUpTo, keepLooks } from './looks.ts';
import { marksOf, unmarkNotice } from './marks.ts';
import { hrefOf, NoticeItem } from './NoticeItem.tsx';
import { changedSinceLooked, newestChanges } from './since-looked.ts';
import { type NoticeShown, newestNotice, waitingOf } from './waiting.ts';

export function Inbox() {
  const { state } = useApp();
  const waiting = createMemo(() => waitingOf(state, clock()));
  // As it was when the Inbox was opened: what is new stays marked while one reads.
  const seenBefore = untrack(() => inboxSeenUpTo(state));
  return (
    <>
      <Head title="Inbox" line={<StateLine />} />
      <Show
        when={waiting().count > 0}
        fallback={
          <Empty title="Nothing is waiting for you">
            Approvals, edits of yours that were not done, your drafts, warnings from machines, and machines that went
            offline appear here.
          </Empty>
        }
      >
        <div class="card-list">
          <For each={waiting().drafts}>
            {({ machine, document, changedAt }) => (
              <article class="panel item">
                <h2>
                  <a href={hrefTo({ machine, project: document.project, place: 'document', item: document.path })}>
                    {document.title ?? document.path}
                  </a>
                </h2>
                <p class="small soft">
                  Your draft from {atTime(changedAt)} is not applied on{' '}
                  {machinesOf(state)[machine]?.name ?? 'its machine'}
                </p>
              </article>
            )}
          </For>
          <For each={waiting().notices}>
            {(shown) => <NoticeItem shown={shown} isNew={Date.parse(shown.notice.since) > seenBefore} />}
          </For>
          <For each={waiting().saying}>
            {(machine) => (
              <article class="panel item">
                <h2>
                  <a href={hrefTo({ machine: machine.id, place: 'specs' })}>{machine.name}</a>
                </h2>
                <Conditions machine={machine} />
              </article>
            )}
          </For>
          <For each={waiting().machines}>
            {(machine) => (
              <article class="panel item">
                <h2>{machine.name}</h2>
                <p class="small soft">
                  {statusLine(state, machine)}. Start its bridge again, or check whether the machine is asleep.
                </p>
              </article>
            )}
          </For>
        </div>
      </Show>
      <SetAside notices={waiting().setAside} />
      <SinceLooked notices={waiting().notices} />
    </>
  );
}

/** What was put off or dismissed, so that it can be brought back. */
function SetAside(props: { notices: readonly NoticeShown[] }) {
  const app = useApp();
  const marks = createMemo(() => marksOf(app.state));
  const bringBack = ({ key }: NoticeShown) => unmarkNotice(app, key);
  const when = ({ key }: NoticeShown) => {
    const mark = marks().get(key);
    return mark?.state === 'put-off' ? `Put off until ${atTime(String(mark.meta.until))}` : 'Dismissed';
  };
  return (
    <Show when={props.notices.length > 0}>
      <details class="panel item inbox-part">
        <summary>{counted(props.notices.length, 'notice')} put off or dismissed</summary>
        <ul class="card-list">
          <For each={props.notices}>
            {(shown) => (
              <li class="row wrap">
                <span>
                  <a href={hrefOf(shown)}>{shown.notice.title}</a>
                  <span class="small soft"> · {when(shown)}</span>
                </span>
                <button type="button" class="button plain spread" onClick={() => bringBack(shown)}>
                  Bring back
                </button>
              </li>
            )}
          </For>
        </ul>
      </details>
    </Show>
  );
}

const changesShownMax = 50;

/** What changed in the files since the Inbox was last open; leaving it counts as having looked. */
function SinceLooked(props: { notices: readonly NoticeShown[] }) {
  const app = useApp();
  const { state } = app;
  const changed = createMemo(() => changedSinceLooked(state));
  const look = () => keepLooks(app, newestChanges(state), newestNotice(props.notices));
  onCleanup(look);
  const covered = () => {
    const [kept, all] = [machinesWithDocuments(state).length, Object.keys(machinesOf(state)).length];
    return keepsSome(all) ? `On the ${counted(kept, 'machine')} of ${all} that this device keeps` : '';
  };
  return (
    <section class="inbox-part">
      <div class="row">
        <h2>Since you last looked</h2>
        <Show when={changed().length > 0}>
          <button type="button" class="button plain spread" onClick={look}>
            Mark all as seen
          </button>
        </Show>
      </div>
      <Show when={covered()}>{(text) => <p class="small soft">{text()}</p>}</Show>
      <ul class="card-list">
        <For each={changed().slice(0, changesShownMax)} fallback={<li class="small soft">No files changed</li>}>
          {({ machine, document, count }) => (
            <li class="panel item">
              <h3>
                <a href={hrefTo({ machine, project: document.project, place: 'document', item: document.path })}>
                  {document.spec ?? document.title ?? document.path}
                </a>
              </h3>
              <p class="small soft">
                {document.path.split('/').at(-1)}
                {count > 1 ? ` and ${counted(count - 1, 'other file')}` : ''} changed {atTime(document.mtime)} on{' '}
                {machinesOf(state)[machine]?.name}
              </p>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}
