/** A run: the command, its output as it comes, and how it ended. */
import { Show } from 'solid-js';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { atTime, clock } from '../../ui/time.ts';
import { RunActions } from './RunActions.tsx';
import { RunOutput } from './RunOutput.tsx';
import { SessionDot } from './SessionDot.tsx';
import { lasting, type Session } from './sessions.ts';
import './run.css';

export function RunScreen(props: { session: Session }) {
  const app = useApp();
  app.openMachine(props.session.machine.id);
  const lasted = () => {
    const { startedAt, endedAt } = props.session;
    return startedAt === undefined ? undefined : (endedAt ?? Math.max(startedAt, clock())) - startedAt;
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
                {(ms) => (
                  <>
                    {' · '}
                    <span class="mono">{lasting(ms())}</span>
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

function wordOf({ state, end, record }: Session): string {
  if (state === 'running') return 'Running';
  if (state === 'lost') return 'Machine offline';
  if (state === 'ended') return 'Ended with 0';
  return typeof record.meta.exitCode === 'number' ? 'Failed' : (end ?? 'Ended');
}
