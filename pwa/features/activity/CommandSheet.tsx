/** One command: its receipts, and what can be done about it: open what it was about, undo it, send it again, take it along. */
import { createResource, For, Show } from 'solid-js';
import type { CommandRecord, CommandSummary } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import { goTo } from '../../router.ts';
import type { Wish } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machinesOf } from '../../state/sorts.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { atTime, clock } from '../../ui/time.ts';
import { useFeatures } from '../context.ts';
import { curlText } from '../curl-text.ts';
import { insistOn, mayEdit, send, titleOfKind, undoOf } from '../editing.ts';
import { stateWords } from '../words.ts';
import { aboutOf, hrefOfCommand } from './about.ts';

/** How long a change can be undone from here, in ms. */
const undoMs = 60 * 60_000;

export function CommandSheet(props: { command: CommandSummary; onClose: () => void }) {
  const app = useApp();
  const features = useFeatures();
  // Its args are in no event.
  const [record, { refetch }] = createResource(
    () => props.command,
    async ({ machine, id }) => await app.command(machine, id).catch(() => undefined),
  );
  const [undo] = createResource(record, async (known) =>
    known?.state === 'done' && clock() - Date.parse(known.createdAt) < undoMs ? await undoOf(wishOf(known)) : undefined,
  );
  const about = () => hrefOfCommand(props.command, documentsOf(app.state, props.command.machine));
  const isAllowed = () => mayEdit(app, props.command.machine);
  const leave = (act: () => void) => {
    props.onClose();
    act();
  };
  const insist = () => {
    const known = record();
    return known === undefined ? undefined : insistOn(features, wishOf(known));
  };
  const again = () => {
    const known = record();
    if (known === undefined || !isSettled(known.state) || known.state === 'done') return undefined;
    const options = known.ifRev === undefined ? {} : { ifRev: known.ifRev };
    return () => send(app, known.machine, known.kind as CommandKindName, known.args as never, options);
  };
  return (
    <Sheet title={`${titleOfKind(features, props.command.kind)} · ${aboutOf(props.command)}`} onClose={props.onClose}>
      <p class="small soft">
        {machinesOf(app.state)[props.command.machine]?.name ?? props.command.machine} · by {props.command.by.name}
      </p>
      <ol class="receipts small">
        <For each={props.command.receipts}>
          {(receipt) => (
            <li>
              {stateWords[receipt.state].label} <span class="soft">{atTime(receipt.at)}</span>
            </li>
          )}
        </For>
      </ol>
      <Show when={props.command.problem}>
        {(problem) => (
          <p>
            {problem().detail ?? problem().title}. <span class="soft">{problem().hint}</span>
          </p>
        )}
      </Show>
      <Show when={about()}>
        {(href) => <Choice onClick={() => leave(() => goTo(href()))}>Open {aboutOf(props.command)}</Choice>}
      </Show>
      <Show when={undo()}>
        {(back) => (
          <Choice disabled={!isAllowed()} onClick={() => leave(() => back()(app))}>
            Undo
          </Choice>
        )}
      </Show>
      <Show when={insist()}>
        {(insisting) => (
          <Choice disabled={!isAllowed()} onClick={() => leave(() => insisting()(app))}>
            Do it anyway
          </Choice>
        )}
      </Show>
      <Show when={again()}>
        {(send) => (
          <Choice disabled={!isAllowed()} onClick={() => leave(send())}>
            Send again
          </Choice>
        )}
      </Show>
      <Show
        when={record()}
        fallback={
          <Show when={!record.loading} fallback={<p class="soft">Reading what it carried…</p>}>
            <p class="problem">
              The relay could not be asked what it carried.{' '}
              <button type="button" class="button" onClick={() => void refetch()}>
                Try again
              </button>
            </p>
          </Show>
        }
      >
        {(known) => (
          <p class="rows-foot">
            <CopyButton label="Copy as curl" text={curlOf(known())} />
          </p>
        )}
      </Show>
    </Sheet>
  );
}

function wishOf(record: CommandRecord): Wish {
  const { id, machine, kind, args, ifRev, state, createdAt, problem, result } = record;
  return {
    id,
    machine,
    kind: kind as CommandKindName,
    args,
    ifRev,
    state,
    sentAt: Date.parse(createdAt),
    ...(problem === undefined ? {} : { problem }),
    ...(result === undefined ? {} : { result }),
  };
}

function curlOf({ machine, kind, args, ifRev }: CommandRecord): string {
  return curlText({ origin: location.origin, machine, kind, args, ...(ifRev === undefined ? {} : { ifRev }) });
}
