/** Sends commands from the screens, and says whether a machine accepts any now. */
import { createSignal } from 'solid-js';
import type { Document } from '#contract/document.ts';
import type { ArgsOf, CommandKindName } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { holds } from '#contract/scopes.ts';
import type { App, Draft, Wish } from '../state/app-state.ts';
import { machinesOf } from '../state/facts/sorts.ts';

const storageKey = 'sallyport.queueing';
const [queueing, setQueueing] = createSignal<ReadonlySet<string>>(new Set(stored()));

/** Whether the person chose "send when it is back" for a machine; holds until they take it back. */
export function isQueueing(machine: string): boolean {
  return queueing().has(machine);
}

/** Turns "send when it is back" on or off. */
export function setQueueingFor(machine: string, on: boolean): void {
  const all = new Set(on ? [...queueing(), machine] : [...queueing()].filter((id) => id !== machine));
  setQueueing(all);
  try {
    localStorage.setItem(storageKey, JSON.stringify([...all]));
  } catch {
    // Without storage, the choice is forgotten at the next visit.
  }
}

function stored(): readonly string[] {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '[]');
  } catch {
    return [];
  }
}

interface Edit {
  readonly kind: CommandKindName;
  readonly project: string;
}

/** Whether to offer edits: they are allowed, and the machine is online or the person chose to wait. */
export function mayEdit(app: App, machine: string, edit?: Edit): boolean {
  return isEditAllowed(app, machine, edit) && (isReachable(app, machine) || isQueueing(machine));
}

/** Whether the person may make edits, and the machine's policy allows some (or this one). */
export function isEditAllowed({ state }: App, machine: string, edit?: Edit): boolean {
  const known = machinesOf(state)[machine];
  return known !== undefined && holds(state.me?.scope ?? 'read', 'write') && takesEdits(known, edit);
}

/** Whether a command would reach the machine now. */
export function isReachable({ state }: App, machine: string): boolean {
  return machinesOf(state)[machine]?.status === 'online' && state.connection.rung !== 'offline';
}

/** Whether the policy allows this edit; without one, whether it allows any write. */
function takesEdits({ policy, projects: known }: Machine, edit: Edit | undefined): boolean {
  if (edit !== undefined) {
    const project = known.find(({ id }) => id === edit.project);
    return policyVerdict(policy, { kind: edit.kind, risk: 'write', project }) !== 'refuse';
  }
  const { risks, projects = {}, kinds = {} } = policy;
  return (
    risks.write !== 'refuse' ||
    [projects, kinds].some((verdicts) => Object.values(verdicts).some((verdict) => verdict !== 'refuse'))
  );
}

/** Sends a command under its own words; its receipts are shown by the toasts. */
export function send<Kind extends CommandKindName>(
  app: App,
  machine: string,
  kind: Kind,
  args: ArgsOf<Kind>,
  options: {
    readonly ifRev?: string;
    readonly optimistic?: Document;
    readonly undoOf?: string;
    readonly draft?: Draft;
  } = {},
): void {
  const whenOffline = isQueueing(machine) ? 'queue' : 'refuse';
  void app.send(machine, kind, args, { whenOffline, ...options });
}

/** The ways to send a wish again that did not reach its machine in time: now, or once the machine is back. Undefined for a typed text: its draft has its own ways. */
export function resend(app: App, wish: Wish): { readonly now: () => void; readonly whenBack: () => void } | undefined {
  if (Object.values(app.state.drafts).some((draft) => draft.wish === wish.id)) return undefined;
  const again = (whenOffline: 'refuse' | 'queue') => {
    const options = wish.ifRev === undefined ? {} : { ifRev: wish.ifRev };
    void app.send(wish.machine, wish.kind, wish.args as never, { whenOffline, ...options });
  };
  return { now: () => again('refuse'), whenBack: () => again('queue') };
}

/** A function that undoes a done wish; undefined if it cannot be undone, or the person or the machine's policy does not allow the command that would. */
export async function undoOf(
  { state }: App,
  { id, machine, kind, args, result }: Wish,
): Promise<((app: App) => void) | undefined> {
  if (result === undefined) return undefined;
  // The schemas of the kinds come with them, so they are loaded only here.
  const { commandKind } = await import('#contract/kinds/index.ts');
  const undo = commandKind(kind)?.undo?.(args, result);
  const { policy } = machinesOf(state)[machine] ?? {};
  const risk = commandKind(undo?.kind ?? '')?.risk;
  if (undo === undefined || risk === undefined) return undefined;
  if (!holds(state.me?.scope ?? 'read', risk === 'destroy' ? 'execute' : risk)) return undefined;
  if (policy !== undefined && policyVerdict(policy, { kind: undo.kind, risk }) === 'refuse') return undefined;
  const { ifRev } = undo;
  return (app) =>
    send(app, machine, undo.kind as CommandKindName, undo.args as never, {
      ...(ifRev === undefined ? {} : { ifRev }),
      undoOf: id,
    });
}
