/** The session of an address, drawn anew for another one; what is gone is said. */
import { createMemo, type JSX, lazy, Show, Suspense, untrack } from 'solid-js';
import { holds } from '#contract/scopes.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { readingLine } from '../../state/facts/reading.ts';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { clock } from '../../ui/time.ts';
import { isWide } from '../../ui/wide.ts';
import { findSession, type Session } from './sessions.ts';
import './sessions.css';

const SessionTabs = lazy(async () => ({ default: (await import('./SessionTabs.tsx')).SessionTabs }));

export function FoundSession(props: {
  id: string | undefined;
  kind: Session['kind'];
  children: (session: () => Session) => JSX.Element;
}) {
  const { state } = useApp();
  const found = createMemo(() => {
    const session = findSession(state, props.id);
    return session?.kind === props.kind && holds(state.me?.scope ?? 'read', 'execute') ? session : undefined;
  });
  const id = createMemo(() => found()?.id);
  return (
    <Show when={id()} keyed fallback={<Missing kind={props.kind} />}>
      {(current) => (
        <>
          <Show when={isWide()}>
            <Suspense>
              <SessionTabs current={current} />
            </Suspense>
          </Show>
          <Kept found={found()}>{props.children}</Kept>
        </>
      )}
    </Show>
  );
}

/** Drawn once, whatever is told of the session: it is typed into. The last one stays drawn while it goes. */
function Kept(props: { found: Session | undefined; children: (session: () => Session) => JSX.Element }) {
  const session = createMemo<Session | undefined>((before) => props.found ?? before);
  return untrack(() => props.children(session as () => Session));
}

function Missing(props: { kind: Session['kind'] }) {
  const { state } = useApp();
  const name = () => (props.kind === 'run' ? 'run' : 'terminal');
  return (
    <>
      <Head title={props.kind === 'run' ? 'Run' : 'Terminal'} />
      <Show
        when={readingLine(state, clock())}
        fallback={
          <Empty title={`This ${name()} is not there`}>
            It was removed, or you may not see it. Those that ended long ago leave the list.
          </Empty>
        }
      >
        {(text) => <Skeleton text={text()} />}
      </Show>
    </>
  );
}
