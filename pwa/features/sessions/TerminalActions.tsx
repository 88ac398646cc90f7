/** What can be done with a terminal, how it ended, and the same again. */
import { createSignal, Match, Show, Switch } from 'solid-js';
import { goTo } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { createCall } from '../../ui/create-call.ts';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { ProblemLine } from '../../ui/problem-line.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { atTime } from '../../ui/time.ts';
import { curlCall } from '../curl-call.ts';
import { isReachable } from '../editing.ts';
import { settledInForm } from '../settled.ts';
import { NotAgain } from './NotAgain.tsx';
import { hrefOfRecording, hrefOfSession, type Session } from './sessions.ts';
import { openTerminal } from './start-session.ts';

export function TerminalActions(props: { session: Session; onText: () => void; onClose: () => void }) {
  const app = useApp();
  const [doing, setDoing] = createSignal<'rename' | 'close'>();
  const isOpen = () => props.session.end === undefined && isReachable(app, props.session.machine.id);
  return (
    <Switch
      fallback={
        <Sheet title={props.session.title} onClose={props.onClose}>
          <Choice onClick={props.onText}>Select and copy its text</Choice>
          <Show when={isPlayed(props.session)}>
            <Choice onClick={() => goTo(hrefOfRecording(props.session.id))}>Play its recording</Choice>
          </Show>
          <Choice disabled={!isOpen()} onClick={() => setDoing('rename')}>
            Rename
          </Choice>
          <Choice disabled={!isOpen()} onClick={() => setDoing('close')}>
            Close the terminal
          </Choice>
          <p class="rows-foot">
            <CopyButton
              label="Copy as curl"
              text={curlCall('recordInputs', {
                parameters: { record: props.session.id },
                // Another one at each opening: the same number of the same producer is typed once.
                body: { producer: `curl-${crypto.randomUUID().slice(0, 8)}`, seq: 1, inputs: ['ls\r'] },
              })}
            />
          </p>
        </Sheet>
      }
    >
      <Match when={doing() === 'rename'}>
        <FormSheet
          title="Rename the terminal"
          submit="Rename"
          busy="Renaming…"
          fields={{ title: { label: 'Title', value: props.session.title, maxLength: 100 } }}
          onSubmit={async ({ title }) => {
            const { id, machine, record } = props.session;
            const args = { terminal: id, title };
            settledInForm(app, await app.send(machine.id, 'terminal-rename', args, { ifRev: record.rev }));
          }}
          onClose={props.onClose}
        />
      </Match>
      <Match when={doing() === 'close'}>
        <FormSheet
          title="Close the terminal?"
          submit="Close it"
          busy="Closing…"
          tone="danger"
          fields={{}}
          onSubmit={async () => {
            const { id, machine } = props.session;
            settledInForm(app, await app.send(machine.id, 'terminal-close', { terminal: id }, {}));
          }}
          onClose={props.onClose}
        >
          <p>It ends what runs in it, for everybody.</p>
        </FormSheet>
      </Match>
    </Switch>
  );
}

/** The recording of a sealed terminal never leaves its machine. */
const isPlayed = ({ record }: Session) => record.meta.recorded === true && record.seal === undefined;

/** At the foot of one that has ended. */
export function TerminalEnd(props: { session: Session }) {
  const app = useApp();
  const call = createCall();
  const again = () =>
    call.run(async () => {
      const { machine, project, cwd, argv } = props.session;
      const place = { ...(project === undefined ? {} : { project }), ...(cwd === undefined ? {} : { cwd }) };
      goTo(hrefOfSession(await openTerminal(app, machine.id, { ...place, argv: [...argv] })));
    });
  return (
    <div class="terminal-end">
      <p>
        This terminal {props.session.end}
        <Show when={props.session.endedAt}>{(at) => <span class="soft"> · {atTime(at())}</span>}</Show>
      </p>
      <Show when={isPlayed(props.session)}>
        <a class="button" href={hrefOfRecording(props.session.id)}>
          Recording
        </a>
      </Show>
      <button
        type="button"
        class="button"
        disabled={!isReachable(app, props.session.machine.id) || !props.session.isWhole}
        aria-disabled={call.busy()}
        onClick={() => call.busy() || void again()}
      >
        {call.busy() ? 'Opening…' : 'Again'}
      </button>
      <NotAgain session={props.session} />
      <ProblemLine of={call.problem()} />
    </div>
  );
}
