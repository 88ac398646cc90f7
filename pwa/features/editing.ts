/** Sending commands from the screens, and whether a machine takes any now. */
import { createSignal } from 'solid-js';
import type { Document } from '#contract/document.ts';
import type { ArgsOf, CommandKindName } from '#contract/kinds/index.ts';
import { type Machine, policyVerdict } from '#contract/machine.ts';
import { holds } from '#contract/scopes.ts';
import type { App, Draft, Wish } from '../state/app-state.ts';
import { machinesOf } from '../state/sorts.ts';
import type { CommandFeature, CommandFeatures } from './feature.ts';

const [queueing, setQueueing] = createSignal<ReadonlySet<string>>(new Set());

/** Whether the person chose "send when it is back" for a machine; holds until the app is closed. */
export function isQueueing(machine: string): boolean {
  return queueing().has(machine);
}

/** Chooses or takes back "send when it is back". */
export function setQueueingFor(machine: string, on: boolean): void {
  setQueueing((all) => new Set(on ? [...all, machine] : [...all].filter((id) => id !== machine)));
}

/** Whether edits are offered: the person may make them, the machine's owner takes some (or that one), and the machine is there to refuse them, or the person chose to wait. */
export function mayEdit(app: App, machine: string, edit?: { kind: CommandKindName; project: string }): boolean {
  const { me, connection } = app.state;
  const known = machinesOf(app.state)[machine];
  if (known === undefined || !holds(me?.scope ?? 'read', 'write') || !takesEdits(known, edit)) return false;
  return (known.status === 'online' && connection.rung !== 'offline') || isQueueing(machine);
}

/** Whether its policy lets that be written; where nothing is named, whether it lets anything be written at all. */
function takesEdits({ policy }: Machine, edit: { kind: CommandKindName; project: string } | undefined): boolean {
  if (edit !== undefined) return policyVerdict(policy, { ...edit, risk: 'write' }) !== 'refuse';
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

/** What sends a wish again over the rule of the format that refused it; undefined where that is not why, or cannot be. */
export function insistOn(features: CommandFeatures, wish: Wish): ((app: App) => void) | undefined {
  const feature = features[wish.kind] as unknown as CommandFeature<CommandKindName>;
  const args = wish.problem?.code === 'edit-refused' ? feature.insist?.(wish.args as never) : undefined;
  if (args === undefined) return undefined;
  const options = wish.ifRev === undefined ? {} : { ifRev: wish.ifRev };
  return (app) => send(app, wish.machine, wish.kind, args as never, options);
}

/** What such commands are called; a kind of a newer relay goes by its own name. */
export function titleOfKind(features: CommandFeatures, kind: string): string {
  return Object.hasOwn(features, kind) ? features[kind as CommandKindName].title : kind;
}

/** What sends the command that takes a done wish back; undefined where it cannot be taken back. */
export async function undoOf({ id, machine, kind, args, result }: Wish): Promise<((app: App) => void) | undefined> {
  if (result === undefined) return undefined;
  // The schemas of the kinds come with them, so they are loaded only here.
  const { commandKind } = await import('#contract/kinds/index.ts');
  const undo = commandKind(kind)?.undo?.(args, result);
  if (undo === undefined) return undefined;
  const { ifRev } = undo;
  return (app) => send(app, machine, undo.kind as CommandKindName, undo.args as never, { ifRev, undoOf: id });
}
