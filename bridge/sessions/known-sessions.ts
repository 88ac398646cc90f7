/** What an earlier bridge has noted: gone on with, with the children that the keeper has, and forgotten when it is old. */
import { limits } from '#contract/limits.ts';
import type { Child, Keeper } from '../keeper/keeper.ts';
import type { KeptSession, KeptSessions } from './kept-sessions.ts';
import type { ChildFound } from './session-child.ts';

/** Begins what was noted, with the children that the keeper has. One that does not answer must not keep the bridge from its files. */
export async function goOnWith(
  { keeper, onTrouble }: { readonly keeper: Keeper; readonly onTrouble: (error: unknown) => undefined },
  known: KeptSessions['all'],
  begin: (one: KeptSession, child: ChildFound) => void,
): Promise<void> {
  const children = await keeper.children().catch(onTrouble);
  for (const one of [...known.values()]) begin(one, childOf(one.record.id, children));
  await endUnknown(keeper, children ?? [], known);
}

function childOf(id: string, children: readonly Child[] | undefined): ChildFound {
  if (children === undefined) return 'unanswered';
  return children.find((child) => child.id === id) ?? 'gone';
}

/** Ends what nobody knows any more and nobody could reach: its note was lost. */
async function endUnknown(keeper: Keeper, children: readonly Child[], known: KeptSessions['all']): Promise<void> {
  for (const { id, end } of children) {
    if (known.has(id)) continue;
    if (end === undefined) await keeper.close(id).catch(() => undefined);
    await keeper.forget(id).catch(() => undefined);
  }
}

/** Of those that have ended and that the relay knows whole, the newest stay for some days. */
export function forgetOld(kept: KeptSessions, nowMs: number, forget: (id: string) => void): void {
  const ended = [...kept.all.values()].filter(({ record, isTold }) => record.state === 'ended' && isTold);
  const isOld = ({ record }: KeptSession) => nowMs - Date.parse(String(record.meta.endedAt)) > limits.sessionsEndedMs;
  for (const [index, one] of ended.entries()) {
    if (!isOld(one) && ended.length - index <= limits.sessionsEndedMax) continue;
    kept.delete(one.record.id);
    forget(one.record.id);
  }
}
