/** The list of terminals and runs over all machines, the newest activity first; also offline. */
import { createMemo, createSignal, For, lazy, onMount, Show, Suspense } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { holds } from '#contract/scopes.ts';
import type { Route } from '../../route.ts';
import { useFrame } from '../../shell/frame.ts';
import { Head } from '../../shell/Head.tsx';
import { StateLine } from '../../shell/StateLine.tsx';
import { useApp } from '../../state/context.ts';
import { readingLine } from '../../state/facts/reading.ts';
import { Empty } from '../../ui/empty.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ago, atTime, clock } from '../../ui/time.ts';
import { SessionDot } from './SessionDot.tsx';
import { SessionReaders } from './SessionReaders.tsx';
import { hrefOfSession, type Session, sessionsOf } from './sessions.ts';
import './sessions.css';

const NewSession = lazy(async () => ({ default: (await import('./NewSession.tsx')).NewSession }));

export function Sessions(props: { route: Route }) {
  const { state } = useApp();
  const { shown } = useFrame();
  const [adding, setAdding] = createSignal(false);
  const all = createMemo(() => sessionsOf(state, shown()?.id));
  // A tap then waits for nothing but the terminal's own chunk.
  onMount(() => void import('./TerminalPlace.tsx').catch(() => {}));
  const mayRun = () => holds(state.me?.scope ?? 'read', 'execute');
  const groups = () =>
    [
      ['Running', all().filter(({ end }) => end === undefined)],
      ['Ended', all().filter(({ end }) => end !== undefined)],
    ] as const;
  return (
    <>
      <Head title="Sessions" isChoice line={<StateLine />}>
        <Show when={mayRun()}>
          <button type="button" class="button plain icon" aria-label="New session" onClick={() => setAdding(true)}>
            <Icon name="add" />
          </button>
        </Show>
      </Head>
      <Show when={mayRun()} fallback={<Empty title="Nothing to show">{notAllowed}</Empty>}>
        <Show when={all().length > 0} fallback={<None />}>
          <For each={groups().filter(([, of]) => of.length > 0)}>
            {([title, of]) => (
              <section>
                <h2 class="rows-head">
                  {title} <span class="mono">{of.length}</span>
                </h2>
                <Rows label={title}>
                  {/* By id: a row keeps the focus when something happens in it. */}
                  <For each={of.map(({ id }) => id)}>
                    {(id) => (
                      <Show when={all().find((session) => session.id === id)}>
                        {(session) => <SessionRow session={session()} route={props.route} only={shown()?.id} />}
                      </Show>
                    )}
                  </For>
                </Rows>
              </section>
            )}
          </For>
        </Show>
      </Show>
      <Suspense>
        <Show when={adding()}>
          <NewSession machine={shown()?.id} onClose={() => setAdding(false)} />
        </Show>
      </Suspense>
    </>
  );
}

const notAllowed =
  'Terminals and runs are shown to people who may run programs on the machines, and your role does not include that.';

function None() {
  const { state } = useApp();
  return (
    <Show
      when={readingLine(state, clock())}
      fallback={
        <Empty title="Nothing runs">Open a terminal or run a command on a machine: the plus above does both.</Empty>
      }
    >
      {(text) => <Skeleton text={text()} />}
    </Show>
  );
}

function sayLost({ status, lastSeenAt, statusSince }: Machine): string {
  return status === 'online' ? 'no connection' : `offline since ${atTime(lastSeenAt ?? statusSince)}`;
}

function SessionRow(props: { session: Session; route: Route; only: string | undefined }) {
  const facts = () => {
    const { machine, folder, ran, by, end, state } = props.session;
    const how = end ?? (state === 'lost' ? sayLost(machine) : undefined);
    return [how, machine.name, folder, ran, by].filter((fact) => fact !== undefined);
  };
  return (
    <Row
      href={hrefOfSession(props.session, props.only)}
      isCurrent={props.route.item === props.session.id}
      lead={<SessionDot session={props.session} />}
      title={props.session.title}
      note={
        <span class="session-facts">
          {facts().join(' · ')}
          <SessionReaders session={props.session} />
        </span>
      }
      end={<span>{ago(props.session.activeAt)}</span>}
    />
  );
}
