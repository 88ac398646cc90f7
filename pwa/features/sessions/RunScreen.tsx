/** A run: the command, its output as it comes, and how it ended. */
import { createEffect, createMemo, createSignal, onCleanup, Show } from 'solid-js';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { atTime } from '../../ui/time.ts';
import { RunActions } from './RunActions.tsx';
import { RunOutput } from './RunOutput.tsx';
import { SessionDot } from './SessionDot.tsx';
import { lasting, type Session, stateWord } from './sessions.ts';
import './run.css';

export function RunScreen(props: { session: Session }) {
  const app = useApp();
  app.openMachine(props.session.machine.id);
  const [now, setNow] = createSignal(Date.now());
  // By this alone: all that is told of any machine makes the session anew, and would begin the second anew.
  const isRunning = createMemo(() => props.session.state === 'running');
  createEffect(() => {
    if (!isRunning()) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    onCleanup(() => clearInterval(timer));
  });
  const lasted = () => {
    const { startedAt, endedAt } = props.session;
    if (startedAt === undefined) return undefined;
    if (endedAt !== undefined) return lasting(endedAt - startedAt, true);
    return isRunning() ? lasting(Math.max(startedAt, now()) - startedAt, false) : undefined;
  };
  const code = () => props.session.record.meta.exitCode;
  return (
    <article class="session-screen run-screen">
      <Head
        title={props.session.title}
        line={
          <>
            <SessionDot session={props.session} />
            <span>
              {props.session.machine.name} · <span class="mono">{props.session.folder}</span>
              <Show when={props.session.by}>{(by) => <> · {by()}</>}</Show>
            </span>
          </>
        }
      />
      <CommandLine text={props.session.command} />
      <p class="run-facts">
        <Chip tone={tones[props.session.state]}>{wordOf(props.session)}</Chip>
        <Show when={typeof code() === 'number' && props.session.state === 'failed'}>
          <Chip>exit code {String(code())}</Chip>
        </Show>
        <Show when={props.session.startedAt}>
          {(at) => (
            <span class="small soft">
              {atTime(at())}
              <Show when={lasted()}>
                {(time) => (
                  <>
                    {' · '}
                    <span class="mono">{time()}</span>
                  </>
                )}
              </Show>
            </span>
          )}
        </Show>
      </p>
      <RunActions session={props.session} />
      <RunOutput session={props.session} />
    </article>
  );
}

const tones = { running: 'accent', lost: 'progress', ended: 'complete', failed: 'danger' } as const;

function wordOf(session: Session): string {
  const { state, end, record } = session;
  if (state === 'ended') return 'Ended with 0';
  return end === undefined || typeof record.meta.exitCode === 'number' ? stateWord(session) : end;
}
