/** Whether the machine's connection is well: what `sallyport doctor` finds there, asked for with a button. This device keeps the last run: it is wanted when the machine can no longer be asked. */
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { CallButton } from '../../ui/call-button.tsx';
import { CommandLine } from '../../ui/copy.tsx';
import { atTime } from '../../ui/time.ts';

type Run = ResultOf<'doctor'>;
type Finding = Run['items'][number];

/** Wrong ones come first. Those that passed are folded below them. */
const order = ['fail', 'note', 'skipped'] as const satisfies readonly Finding['state'][];

const signs = {
  fail: { text: '✗', label: 'Wrong' },
  note: { text: '!', label: 'To know' },
  ok: { text: '✓', label: 'Well' },
  skipped: { text: '–', label: 'Not tried' },
} as const satisfies Record<Finding['state'], unknown>;

export function MachineCheck(props: { machine: Machine }) {
  const app = useApp();
  const [run, setRun] = createSignal<Run>();
  createEffect(
    on(
      () => props.machine.id,
      async (machine) => {
        setRun(undefined);
        const kept = await keptRun(app, machine);
        // What was asked for meanwhile is newer.
        if (props.machine.id === machine && run() === undefined) setRun(kept);
      },
    ),
  );
  const mayAsk = () => props.machine.status === 'online' && props.machine.kinds.includes('doctor');
  const check = async (machine: string) => {
    const found = await app.ask(machine, 'doctor', {});
    setRun(found);
    await (await app.texts().catch(() => undefined))?.keep(nameOf(machine), JSON.stringify(found));
  };
  return (
    <section>
      <h2 class="rows-head">Connection</h2>
      <Show when={run()}>{(shown) => <Findings of={shown()} />}</Show>
      <Show
        when={mayAsk()}
        fallback={
          <div class="stack no-project">
            <p>
              {props.machine.status === 'online'
                ? 'Its bridge is too old to be asked from here.'
                : 'It is offline, so it cannot be asked from here.'}{' '}
              Run this on the machine. It says what is in the way:
            </p>
            <BridgeCommand text="doctor" />
          </div>
        }
      >
        <div class="rows-foot">
          <CallButton
            label={run() === undefined ? 'Check the connection' : 'Check again'}
            busy="Checking, for up to ten seconds…"
            call={() => check(props.machine.id)}
          />
        </div>
      </Show>
    </section>
  );
}

const nameOf = (machine: string) => `doctor ${machine}`;

/** The last run that this device keeps; undefined where there is none, or one in a form of another release. */
async function keptRun(app: ReturnType<typeof useApp>, machine: string): Promise<Run | undefined> {
  try {
    const kept = await (await app.texts()).read(nameOf(machine));
    const run = kept && (JSON.parse(kept.text) as Run);
    return Array.isArray(run?.items) ? run : undefined;
  } catch {
    return undefined;
  }
}

function Findings(props: { of: Run }) {
  const those = (state: Finding['state']) => props.of.items.filter((item) => item.state === state);
  const passed = () => those('ok');
  const wrong = () => those('fail').map(({ title }) => title);
  const verdict = () => {
    if (wrong().length > 0) return `Wrong: ${wrong().join(', ')}.`;
    return props.of.complete ? 'Nothing is wrong.' : 'Nothing is wrong so far.';
  };
  return (
    <>
      <p class="findings-verdict" role="status">
        <b>{verdict()}</b> <span class="soft">Checked {atTime(props.of.at)}.</span>
      </p>
      <Show when={order.flatMap(those).length > 0}>
        <ul class="rows" aria-label="What the check found">
          <For each={order.flatMap(those)}>{(finding) => <FindingRow of={finding} />}</For>
        </ul>
      </Show>
      <Show when={passed().length > 0}>
        <details class="findings-passed">
          <summary>{passed().length === 1 ? '1 check' : `${passed().length} checks`} passed</summary>
          <ul class="rows" aria-label="Passed checks">
            <For each={passed()}>{(finding) => <FindingRow of={finding} />}</For>
          </ul>
        </details>
      </Show>
    </>
  );
}

function FindingRow(props: { of: Finding }) {
  return (
    <li class="finding">
      <span class={`finding-sign ${props.of.state}`} role="img" aria-label={signs[props.of.state].label}>
        {signs[props.of.state].text}
      </span>
      <div>
        <b>{props.of.title}</b>
        <p class="small soft">{props.of.says}</p>
        <Show when={props.of.fix}>
          {(fix) => (
            <>
              <Show when={fix().says}>{(says) => <p class="small">{says()}</p>}</Show>
              <CommandLine text={fix().copy} />
            </>
          )}
        </Show>
      </div>
    </li>
  );
}
