/** What waits for the person, over all machines, and what changed since they last looked. */
import { createEffect, createMemo, For, onCleanup, Show, Suspense } from 'solid-js';
import type { Route } from '../../route.ts';
import { hrefTo } from '../../route.ts';
import { navigate } from '../../router.ts';
import { useFrame } from '../../shell/frame.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { readingLine } from '../../state/facts/reading.ts';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ago, clock } from '../../ui/time.ts';
import { ChangeSize } from '../approval/ChangeSize.tsx';
import { isWaiting, type WaitingGroup, type WaitingLine } from '../waiting-line.ts';
import { keepLooks, keepNoticesSeen } from './looks.ts';
import { tomorrow } from './marks.ts';
import { SetAside } from './SetAside.tsx';
import { SinceLooked } from './SinceLooked.tsx';
import { changedSinceLooked, firstLooks, newestChanges } from './since-looked.ts';
import { newestNotice, noticesFor } from './waiting.ts';
import './inbox.css';

const groups: readonly (readonly [WaitingGroup, string])[] = [
  ['decide', 'Decide'],
  ['wrong', 'Went wrong'],
  ['know', 'To know'],
];

export function Inbox(props: { route: Route }) {
  const app = useApp();
  const { waiting, shown } = useFrame();
  // What is opened beside the list names its machine, and the list stays what it was.
  const only = createMemo<string | undefined>((before) => (props.route.place === 'inbox' ? shown()?.id : before));
  const isShown = ({ machine }: { readonly machine: string }) => only() === undefined || machine === only();
  const lines = () => waiting().filter(isShown);
  const part = () => (props.route.query.part === 'changes' ? 'changes' : 'waiting');
  const changed = createMemo(() => changedSinceLooked(app.state).filter(isShown));
  // Having looked at what waits is noted when the Inbox is left; what changed is seen when the person says so.
  onCleanup(() => keepNoticesSeen(app, newestNotice(noticesFor(app.state, clock()).waiting)));
  const begun = new Set<string>();
  createEffect(() => {
    // Once for each: what the relay refuses is not asked again.
    const first = [...firstLooks(app.state)].filter(([machine]) => !begun.has(machine));
    for (const [machine] of first) begun.add(machine);
    keepLooks(app, new Map(first));
  });
  const seeAll = () => keepLooks(app, newestChanges(app.state, new Set(changed().map(({ machine }) => machine))));
  return (
    <>
      <Head title="Inbox" isChoice line={<StateLine />}>
        <a class="button plain icon" aria-label="Activity" href={hrefTo({ place: 'activity' })}>
          <Icon name="activity" />
        </a>
      </Head>
      <fieldset class="segments">
        <legend class="hidden-visually">What is shown</legend>
        <Segment
          name="waiting"
          label="Waiting"
          count={lines().filter(isWaiting).length}
          part={part()}
          route={props.route}
        />
        <Segment
          name="changes"
          label="Since you last looked"
          count={changed().length}
          part={part()}
          route={props.route}
        />
      </fieldset>
      <Show
        when={part() === 'waiting'}
        fallback={<SinceLooked changed={changed()} onSeen={seeAll} route={props.route} />}
      >
        <Waiting lines={lines()} route={props.route} />
        <SetAside notices={noticesFor(app.state, clock()).setAside} />
      </Show>
    </>
  );
}

function Segment(props: { name: string; label: string; count: number; part: string; route: Route }) {
  const choose = () =>
    navigate({ ...props.route, query: { part: props.name === 'waiting' ? '' : props.name } }, { replace: true });
  return (
    <button type="button" aria-pressed={props.part === props.name} onClick={choose}>
      {props.label} <span class="mono">{props.count}</span>
    </button>
  );
}

function Waiting(props: { lines: readonly WaitingLine[]; route: Route }) {
  const { state } = useApp();
  // Agents wait for decisions: who has waited longest comes first. Of the rest, the newest.
  const of = (group: WaitingGroup) => {
    const lines = props.lines.filter((line) => line.group === group);
    return group === 'decide' ? lines.sort((a, b) => a.since - b.since) : lines;
  };
  return (
    <Show
      when={props.lines.length > 0}
      fallback={
        <Show
          when={readingLine(state, clock())}
          fallback={
            <Empty title="Nothing is waiting for you">
              Approvals, changes of yours that were not done, drafts, and what machines have to say appear here.
            </Empty>
          }
        >
          {(text) => <Skeleton text={text()} />}
        </Show>
      }
    >
      <For each={groups.filter(([group]) => of(group).length > 0)}>
        {([group, title]) => (
          <section>
            <h2 class="inbox-group">
              {title} <span class="mono">{of(group).length}</span>
            </h2>
            <For each={of(group).map(({ key }) => key)}>
              {(key) => (
                <Show when={props.lines.find((line) => line.key === key)}>
                  {(line) => <Line line={line()} isOpen={isOpenAt(props.route, line())} />}
                </Show>
              )}
            </For>
          </section>
        )}
      </For>
    </Show>
  );
}

/** Whether it is what is open beside the list. */
function isOpenAt({ machine, project, item }: Route, line: WaitingLine): boolean {
  return machine === line.machine && project === line.approval?.project && item === line.approval?.path;
}

function Line(props: { line: WaitingLine; isOpen: boolean }) {
  return (
    <article
      class="inbox-line"
      classList={{ unseen: props.line.isNew === true }}
      aria-current={props.isOpen ? 'true' : undefined}
    >
      <span class={`inbox-icon ${props.line.tone}`}>
        <Icon name={props.line.icon} />
      </span>
      <div class="inbox-words">
        <h3>
          <Show when={props.line.isNew}>
            <span class="hidden-visually">New. </span>
          </Show>
          {props.line.title}
        </h3>
        <Suspense>
          <Show when={props.line.approval !== undefined}>
            <ChangeSize
              machine={props.line.machine}
              project={props.line.approval?.project ?? ''}
              path={props.line.approval?.path ?? ''}
            />
          </Show>
        </Suspense>
        <p class="small soft">{props.line.note}</p>
        <p class="inbox-actions">
          <For each={props.line.actions}>
            {({ label, to }, at) =>
              typeof to === 'string' ? (
                <a class="button" classList={{ primary: at() === 0 && props.line.group === 'decide' }} href={to}>
                  {label}
                </a>
              ) : (
                <button type="button" class="button" onClick={to}>
                  {label}
                </button>
              )
            }
          </For>
          <Show when={props.line.setAside}>
            {(setAside) => (
              <>
                <button type="button" class="button" onClick={() => setAside()(tomorrow(Date.now()))}>
                  Later
                </button>
                <button type="button" class="button plain" onClick={() => setAside()(undefined)}>
                  Dismiss
                </button>
              </>
            )}
          </Show>
        </p>
      </div>
      <time class="small soft mono">{ago(props.line.since)}</time>
    </article>
  );
}
