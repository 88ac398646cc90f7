/** What the audit enters of how a command ended. */
import * as v from 'valibot';
import type { ItemEnded } from '../audit.ts';
import { limits } from '../limits.ts';
import { commandKind } from './index.ts';

/** How each of several things ended that it did by themselves; none for a kind that does one thing, and for a result that is not of its kind. */
export function itemsEnded(name: string, result: unknown): { readonly items?: readonly ItemEnded[] } {
  const kind = commandKind(name);
  if (kind?.itemsEnded === undefined) return {};
  const parsed = v.safeParse(kind.result, result);
  if (!parsed.success) return {};
  const items = kind.itemsEnded(parsed.output).slice(0, limits.auditItemsMax);
  return { items: items.map(({ result, about }) => ({ result, about: shortened(about) })) };
}

/** What an entry says of its result beside the state; nothing of a kind that declares none, and of a result that is not of its kind. */
export function endedAs(name: string, result: unknown): Readonly<Record<string, string>> {
  const kind = commandKind(name);
  if (kind?.ended === undefined) return {};
  const parsed = v.safeParse(kind.result, result);
  return parsed.success ? shortened(kind.ended(parsed.output)) : {};
}

function shortened(about: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const told = Object.entries(about).map(([name, text]) => [name, text.slice(0, limits.relayWordLengthMax)]);
  return Object.fromEntries(told);
}
