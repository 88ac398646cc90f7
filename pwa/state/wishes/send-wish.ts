/** Creates a wish from a screen's request, and starts sending it. */
import { untrack } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { ArgsOf, CommandKindName } from '#contract/kinds/index.ts';
import type { App, Settled } from '../app-state.ts';
import { randomId } from '../device/random-id.ts';
import { documentFacts } from '../facts/sorts.ts';
import type { Parts } from '../parts.ts';
import type { WishKept } from './wish.ts';

/** Age after which a done wish is removed when another one is created. */
const oldNewsMs = 10 * 60 * 1000;

type SendOptions = Parameters<App['send']>[3];

/** Sends a command; resolves when it has ended. */
export async function sendWish<Kind extends CommandKindName>(
  parts: Parts,
  machine: string,
  kind: Kind,
  args: ArgsOf<Kind>,
  options: SendOptions,
): Promise<Settled<Kind>> {
  for (const { id, state, endedAt = 0 } of parts.wishes.all())
    if (state === 'done' && Date.now() - endedAt > oldNewsMs) void parts.wishes.remove(id);
  const wish = createWish(parts, machine, kind, args, options);
  if (options.draft !== undefined) void parts.drafts.put({ ...plain(options.draft), wish: wish.id });
  await parts.wishes.put(wish);
  if (options.undoOf !== undefined) void parts.wishes.remove(options.undoOf);
  await parts.sending.see(wish);
  const { id, state, result, problem } = parts.wishes.get(wish.id) ?? { ...wish, state: 'unsent', result: undefined };
  return {
    id,
    state: state === 'sending' ? 'unsent' : state,
    ...(result === undefined ? {} : { result: result as NonNullable<Settled<Kind>['result']> }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function createWish(
  { ledger }: Parts,
  machine: string,
  kind: CommandKindName,
  args: Readonly<Record<string, unknown>>,
  { ifRev, whenOffline = 'refuse', optimistic }: SendOptions,
): WishKept {
  const covered =
    optimistic === undefined ? undefined : documentFacts(ledger.facts, machine).get(documentKey(optimistic));
  return {
    id: randomId(),
    machine,
    kind,
    args: plain(args),
    ifRev,
    seenRev: ifRev,
    state: 'sending',
    sentAt: Date.now(),
    whenOffline,
    coveredRev: covered?.rev,
    maybeTaken: false,
    receipts: 0,
    endedAt: undefined,
    ...(optimistic === undefined ? {} : { optimistic: plain<Document>(optimistic) }),
  };
}

/** A plain copy, because screens may pass a part of the Solid store. */
export function plain<Value>(value: Value): Value {
  return untrack(() => JSON.parse(JSON.stringify(value)));
}
