/** Where a terminal opens or a command runs, and what. Says what the machine's policy refuses, and the line that would allow it. */
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { goTo } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { type Field, Form } from '../../ui/form.tsx';
import { curlText } from '../curl-text.ts';
import { namedCommands, placesFor, refusalOf, type Starting } from './may-start.ts';
import { Refused } from './Refused.tsx';
import { ownFingerprint } from './SealedNotes.tsx';
import { hrefOfSession, isShell, sessionsOf } from './sessions.ts';
import { openTerminal, runCommand } from './start-session.ts';

/** What is run: a line for the shell, or exactly these words. */
type Line = { readonly command: string } | { readonly argv: readonly string[] };

const shown = (line: Line) => ('argv' in line ? line.argv.join(' ') : line.command);

export function StartForm(props: { machine: Machine; what: Starting; onClose: () => void }) {
  const app = useApp();
  const [chosen, setChosen] = createSignal<Line>();
  const own = ownFingerprint(app);
  const device = () => own()?.fingerprint;
  /** Of any line, and of any terminal. */
  const refusal = () => refusalOf(props.machine, { kind: props.what }, device());
  const named = createMemo(() =>
    props.what === 'exec' ? namedCommands(props.machine, device()).map((argv) => ({ argv })) : [],
  );
  const ownLines = useOwnLines();
  const recent = () => (props.what === 'exec' && refusal() === undefined ? ownLines() : []);
  return (
    <>
      <Lines title="The policy allows" of={named()} onChoose={setChosen} />
      <Lines title="Again" of={recent()} onChoose={setChosen} />
      <Show
        when={chosen() ?? (refusal() === undefined && 'any')}
        keyed
        fallback={
          <Show when={own() && refusal()}>
            {(why) => (
              <Refused
                {...{ machine: props.machine, what: props.what, why: why() }}
                isOther={named().length > 0}
                isPinned={props.machine.signers?.includes(device() ?? '') ?? false}
              />
            )}
          </Show>
        }
      >
        {(line) => (
          <Place
            {...{ machine: props.machine, what: props.what, onClose: props.onClose }}
            line={line === 'any' ? undefined : line}
            device={device()}
          />
        )}
      </Show>
    </>
  );
}

/** The last ten lines of the person for the shell. */
function useOwnLines() {
  const { state } = useApp();
  return createMemo(() => {
    const own = sessionsOf(state).filter(
      ({ kind, by, argv, isWhole }) => kind === 'run' && isWhole && isShell(argv) && by === state.me?.person.name,
    );
    return [...new Set(own.map(({ command }) => command))].slice(0, 10).map((command) => ({ command }));
  });
}

function Lines(props: { title: string; of: readonly Line[]; onChoose: (line: Line) => void }) {
  return (
    <Show when={props.of.length > 0}>
      <h3 class="sheet-part">{props.title}</h3>
      <ul class="recent-lines">
        <For each={props.of}>
          {(line) => (
            <li>
              <button type="button" class="chip mono" onClick={() => props.onChoose(line)}>
                {shown(line)}
              </button>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

interface PlaceProps {
  readonly machine: Machine;
  readonly what: Starting;
  /** What was chosen; exactly these words are not edited. */
  readonly line: Line | undefined;
  readonly device: string | undefined;
  readonly onClose: () => void;
}

function Place(props: PlaceProps) {
  const app = useApp();
  const argv = () => (props.line && 'argv' in props.line ? props.line.argv : undefined);
  const places = () => placesFor(props.machine, { kind: props.what, argv: argv() }, props.device);
  const fields = (): Readonly<Record<'project', Field>> & { readonly cwd?: Field; readonly command?: Field } => ({
    project: { label: 'Project', choices: places(), value: places()[0]?.[0] ?? '', optional: true },
    ...(argv() ? {} : { cwd: { label: 'Folder', optional: true, placeholder: 'the whole project' } }),
    ...(props.what === 'exec' && argv() === undefined
      ? { command: { label: 'Command', value: props.line ? shown(props.line) : '', placeholder: 'npm test' } }
      : {}),
  });
  type Given = { readonly project: string; readonly cwd?: string; readonly command?: string };
  const placeOf = ({ project, cwd }: Given) => ({ ...(project ? { project } : {}), ...(cwd ? { cwd } : {}) });
  const lineOf = ({ command = '' }: Given) => {
    const words = argv();
    return words === undefined ? { command } : { argv: [...words] };
  };
  const start = async (given: Given) =>
    props.what === 'exec'
      ? await runCommand(app, props.machine.id, { ...placeOf(given), ...lineOf(given) })
      : await openTerminal(app, props.machine.id, placeOf(given));
  return (
    <Form
      fields={fields()}
      submit={props.what === 'exec' ? 'Run it' : 'Open'}
      busy={props.what === 'exec' ? 'Starting…' : 'Opening…'}
      curl={(given) =>
        curlText({
          origin: location.origin,
          machine: props.machine.id,
          kind: props.what,
          args: { ...placeOf(given), ...(props.what === 'exec' ? lineOf(given) : { cols: 80, rows: 24 }) },
        })
      }
      onSubmit={async (given) => {
        const started = await start(given);
        props.onClose();
        goTo(hrefOfSession(started));
      }}
    >
      <Show when={argv()}>{(words) => <p class="mono">{words().join(' ')}</p>}</Show>
    </Form>
  );
}
