/** What can be done about a command that was not done: the same once more, on what the machine has now, or past the format's rule. Loaded when it is wanted. */
import type { CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { App, Wish } from '../../state/app-state.ts';
import { isTextKind } from '../documents/text-writes.ts';
import { send } from '../editing.ts';
import { insistOn } from '../insist.ts';

/** A command of any device as a wish of this one. */
export function wishOf(record: CommandRecord): Wish {
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

/** Sends it once more; undefined where that makes no sense: it is under way or done, or its text was written for another version of the file. */
export function againOf(record: CommandRecord): ((app: App) => void) | undefined {
  const { machine, kind, args, state, problem } = record;
  if (!isSettled(state) || state === 'done') return undefined;
  if (state === 'conflict' && (isTextKind(kind as CommandKindName) || problem?.currentRev === undefined))
    return undefined;
  const ifRev = state === 'conflict' ? problem?.currentRev : record.ifRev;
  return (app) => send(app, machine, kind as CommandKindName, args as never, ifRev === undefined ? {} : { ifRev });
}

/** Does what the button of an Inbox line says; false if the relay cannot be asked what the command carried, or it cannot be done. */
export async function tryAgain(
  app: App,
  { machine, command, insists }: { readonly machine: string; readonly command: string; readonly insists: boolean },
): Promise<boolean> {
  const record = await app.command(machine, command).catch(() => undefined);
  if (record === undefined) return false;
  const act = insists ? insistOn(wishOf(record)) : againOf(record);
  act?.(app);
  return act !== undefined;
}
