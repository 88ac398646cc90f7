/** What the audit enters of a command that did several things by themselves. */
import * as v from 'valibot';
import type { ItemEnded } from '../audit.ts';
import { limits } from '../limits.ts';
import { commandKind } from './index.ts';

/** How each of them ended; none for a kind that does one thing, and for a result that is not of its kind. */
export function itemsEnded(name: string, result: unknown): { readonly items?: readonly ItemEnded[] } {
  const kind = commandKind(name);
  if (kind?.itemsEnded === undefined) return {};
  const parsed = v.safeParse(kind.result, result);
  if (!parsed.success) return {};
  return { items: kind.itemsEnded(parsed.output).slice(0, limits.auditItemsMax).map(shortened) };
}

function shortened({ result, about }: ItemEnded): ItemEnded {
  const told = Object.entries(about).map(([name, text]) => [name, text.slice(0, limits.relayWordLengthMax)]);
  return { result, about: Object.fromEntries(told) };
}
