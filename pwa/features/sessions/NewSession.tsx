/** Opens a terminal or runs a command: where, and what. Says what the machine's policy refuses, and the line that would allow it. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { goTo } from '../../router.ts';
import { machinesByName } from '../../shell/find-machines.ts';
import { useApp } from '../../state/context.ts';
import type { Field } from '../../ui/form.tsx';
import { Form } from '../../ui/form.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { curlText } from '../curl-text.ts';
import { Refused, refusalOf } from './Refused.tsx';
import { hrefOfSession, sessionsOf } from './sessions.ts';
import { openTerminal, runCommand } from './start-session.ts';
import './new-session.css';

export type What = 'terminal-open' | 'exec';

const whats: readonly (readonly [What, string])[] = [
  ['terminal-open', 'Terminal'],
  ['exec', 'Run a command'],
];

export function NewSession(props: { machine: string | undefined; onClose: () => void }) {
  const { state } = useApp();
  const [what, setWhat] = createSignal<What>('terminal-open');
  const [chosen, setChosen] = createSignal(props.machine);
  const machines = createMemo(() => machinesByName(state).filter(({ status }) => status === 'online'));
  const machine = createMemo(() => machines().find(({ id }) => id === chosen()) ?? machines()[0]);
  return (
    <Sheet title="New session" onClose={props.onClose}>
      <fieldset class="new-what">
        <legend class="hidden-visually">What to start</legend>
        <For each={whats}>
          {([of, label]) => (
            <button type="button" aria-pressed={what() === of} onClick={() => setWhat(of)}>
              {label}
            </button>
          )}
        </For>
      </fieldset>
      <Show when={machines().length > 1}>
        <div class="new-machines">
          <For each={machines()}>
            {(each) => (
              <Choice chosen={each.id === machine()?.id} onClick={() => setChosen(each.id)}>
                {each.name}
              </Choice>
            )}
          </For>
        </div>
      </Show>
      <Show when={machine()} fallback={<p>No machine is online: nothing can be started now.</p>}>
        {(on) => (
          <Show when={`${on().id} ${what()}`} keyed>
            {(_) => <Start machine={on()} what={what()} onClose={props.onClose} />}
          </Show>
        )}
      </Show>
    </Sheet>
  );
}

function Start(props: { machine: Machine; what: What; onClose: () => void }) {
  const app = useApp();
  const places = () => [
    ...props.machine.projects.map(({ id, name }) => [id, name] as const),
    ...(props.machine.policy.home ? [['', 'Home folder'] as const] : []),
  ];
  const [line, setLine] = createSignal('');
  const fields = (): Readonly<Record<'project' | 'cwd', Field>> & { readonly command?: Field } => ({
    project: { label: 'Project', choices: places(), value: places()[0]?.[0] ?? '', optional: true },
    cwd: { label: 'Folder', optional: true, placeholder: 'the whole project' },
    ...(props.what === 'exec' ? { command: { label: 'Command', value: line(), placeholder: 'npm test' } } : {}),
  });
  const argsOf = ({ project, cwd }: { readonly project?: string; readonly cwd?: string }) => ({
    ...(project ? { project } : {}),
    ...(cwd ? { cwd } : {}),
  });
  // No resource: one that is awaited takes the open dialog off the page.
  const [own, setOwn] = createSignal<{ readonly fingerprint: string | undefined }>();
  const know = (fingerprint: string | undefined) => setOwn({ fingerprint });
  app.deviceKey().then(know, () => know(undefined));
  const refusal = () => refusalOf(props.machine, props.what, own()?.fingerprint);
  return (
    <Show
      when={refusal() === undefined}
      fallback={
        <Show when={own()}>
          {(known) => <Refused machine={props.machine} what={props.what} own={known().fingerprint} />}
        </Show>
      }
    >
      <Show when={props.what === 'exec'}>
        <Recent onChoose={setLine} />
      </Show>
      <Show when={`line ${line()}`} keyed>
        {(_) => (
          <Form
            fields={fields()}
            submit={props.what === 'exec' ? 'Run it' : 'Open'}
            busy={props.what === 'exec' ? 'Starting…' : 'Opening…'}
            curl={(values) =>
              curlText({
                origin: location.origin,
                machine: props.machine.id,
                kind: props.what,
                args: {
                  ...argsOf(values),
                  ...(props.what === 'exec' ? { command: values.command ?? '' } : { cols: 80, rows: 24 }),
                },
              })
            }
            onSubmit={async (values) => {
              const started =
                props.what === 'exec'
                  ? await runCommand(app, props.machine.id, { ...argsOf(values), command: values.command ?? '' })
                  : await openTerminal(app, props.machine.id, argsOf(values));
              props.onClose();
              goTo(hrefOfSession(started));
            }}
          />
        )}
      </Show>
    </Show>
  );
}

/** The last ten commands of the person. */
function Recent(props: { onChoose: (line: string) => void }) {
  const { state } = useApp();
  const lines = createMemo(() => {
    const own = sessionsOf(state).filter(({ kind, by }) => kind === 'run' && by === state.me?.person.name);
    return [...new Set(own.map(({ command }) => command))].slice(0, 10);
  });
  return (
    <Show when={lines().length > 0}>
      <h3 class="sheet-part">Again</h3>
      <ul class="recent-lines">
        <For each={lines()}>
          {(line) => (
            <li>
              <button type="button" class="chip mono" onClick={() => props.onChoose(line)}>
                {line}
              </button>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
