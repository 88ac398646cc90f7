/** One command: its receipts, and what can be done about it: open what it was about, undo it, send it again, take it along. */
import { createResource, createSignal, lazy, Show } from 'solid-js';
import type { CommandRecord, CommandSummary } from '#contract/command.ts';
import { goTo } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machinesOf } from '../../state/facts/sorts.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { clock } from '../../ui/time.ts';
import { decisionOf } from '../approval/decision-of.ts';
import { ReceiptList } from '../approval/Receipts.tsx';
import { curlText } from '../curl-text.ts';
import { mayEdit, undoOf } from '../editing.ts';
import { insistOn } from '../insist.ts';
import { titleOfKind } from '../receipts.ts';
import { aboutOf, hrefOfCommand } from './about.ts';
import { againOf, wishOf } from './again.ts';

const Conflict = lazy(async () => ({ default: (await import('../documents/Conflict.tsx')).Conflict }));

/** How long a change can be undone from here, in ms. */
const undoMs = 60 * 60_000;

export function CommandSheet(props: {
  command: CommandSummary;
  /** Opens at once what the file was and is, where that was in the way. */
  seesBoth?: boolean;
  onClose: () => void;
}) {
  const app = useApp();
  // Its args are in no event.
  const [record, { refetch }] = createResource(
    () => props.command,
    async ({ machine, id }) => await app.command(machine, id).catch(() => undefined),
  );
  const [undo] = createResource(record, async (known) =>
    known?.state === 'done' && clock() - Date.parse(known.createdAt) < undoMs
      ? await undoOf(app, wishOf(known))
      : undefined,
  );
  const about = () => hrefOfCommand(props.command, documentsOf(app.state, props.command.machine));
  const isAllowed = () => mayEdit(app, props.command.machine);
  const leave = (act: () => void) => {
    props.onClose();
    act();
  };
  const insist = () => {
    const known = record();
    return known === undefined ? undefined : insistOn(wishOf(known));
  };
  const again = () => {
    const known = record();
    return known === undefined ? undefined : againOf(known);
  };
  const [seesBoth, setSeesBoth] = createSignal(props.seesBoth === true);
  const inConflict = () => {
    const known = record();
    return known?.state === 'conflict' ? wishOf(known) : undefined;
  };
  return (
    <Show
      when={seesBoth() && inConflict()}
      fallback={
        <Sheet title={`${titleOfKind(props.command.kind)} · ${aboutOf(props.command)}`} onClose={props.onClose}>
          <p class="small soft">
            {machinesOf(app.state)[props.command.machine]?.name ?? props.command.machine} · by {props.command.by.name}
          </p>
          <ReceiptList receipts={props.command.receipts} decision={decisionOf(app.state, props.command)} />
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
          <Show when={inConflict()}>
            <Choice onClick={() => setSeesBoth(true)}>See both</Choice>
          </Show>
          <Show when={again()}>
            {(send) => (
              <Choice disabled={!isAllowed()} onClick={() => leave(() => send()(app))}>
                {props.command.state === 'conflict' ? 'Apply it on top of what is there now' : 'Send again'}
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
      }
    >
      {(wish) => <Conflict wish={wish()} onClose={props.onClose} />}
    </Show>
  );
}

function curlOf({ machine, kind, args, ifRev }: CommandRecord): string {
  return curlText({ origin: location.origin, machine, kind, args, ...(ifRev === undefined ? {} : { ifRev }) });
}
