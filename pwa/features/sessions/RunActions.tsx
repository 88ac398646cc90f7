/** What can be done with a run: stop it, run it again, read all that it wrote, and take it along as a command line. */
import { createSignal, lazy, Show, Suspense } from 'solid-js';
import { goTo } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { curlText } from '../curl-text.ts';
import { isReachable } from '../editing.ts';
import { NotAgain } from './NotAgain.tsx';
import { hrefOfSession, isShell, type Session } from './sessions.ts';
import { runCommand } from './start-session.ts';

const WholeOutput = lazy(async () => ({ default: (await import('./WholeOutput.tsx')).WholeOutput }));

/** What would run it again. */
function argsOf({ project, cwd, argv, command }: Session) {
  return {
    ...(project === undefined ? {} : { project }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(isShell(argv) ? { command } : { argv: [...argv] }),
  };
}

export function RunActions(props: { session: Session }) {
  const app = useApp();
  const call = createCall();
  const [isWhole, setWhole] = createSignal(false);
  const isThere = () => isReachable(app, props.session.machine.id);
  const stop = async () => {
    const { machine, record } = props.session;
    await app.stopCommand(machine.id, String(record.meta.command));
  };
  const again = async () => {
    const { machine } = props.session;
    goTo(hrefOfSession(await runCommand(app, machine.id, argsOf(props.session))));
  };
  return (
    <>
      <p class="run-actions">
        <Show
          when={props.session.end === undefined && props.session.record.meta.command !== undefined}
          fallback={
            <button
              type="button"
              class="button"
              disabled={!isThere() || !props.session.isWhole}
              aria-disabled={call.busy()}
              onClick={() => call.busy() || void call.run(again)}
            >
              {call.busy() ? 'Starting…' : 'Again'}
            </button>
          }
        >
          <button
            type="button"
            class="button danger"
            disabled={!isThere()}
            aria-disabled={call.busy()}
            onClick={() => call.busy() || void call.run(stop)}
          >
            {call.busy() ? 'Stopping…' : 'Stop'}
          </button>
        </Show>
        <button type="button" class="button" disabled={!isThere()} onClick={() => setWhole(true)}>
          All output
        </button>
        <Show when={props.session.isWhole}>
          <CopyButton
            label="Copy as curl"
            text={curlText({
              origin: location.origin,
              machine: props.session.machine.id,
              kind: 'exec',
              args: argsOf(props.session),
            })}
          />
        </Show>
      </p>
      <NotAgain session={props.session} />
      <ProblemLine of={call.problem()} />
      <Suspense>
        <Show when={isWhole()}>
          <WholeOutput session={props.session} onClose={() => setWhole(false)} />
        </Show>
      </Suspense>
    </>
  );
}
