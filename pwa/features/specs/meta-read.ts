/** Reads `meta` as it comes: the relay never looks inside, so a bridge of another version may say anything under any name. */
import type { Meta } from '#contract/document.ts';

export function textIn(meta: Meta, name: string): string | undefined {
  const value = meta[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function textsIn(meta: Meta, name: string): readonly string[] {
  const value = meta[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** One of the words that the contract knows. */
export function wordIn<Word extends string>(meta: Meta, name: string, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === meta[name]);
}

/** Counts by these names; undefined where one is missing. */
export function countsIn<Name extends string>(
  meta: Meta,
  name: string,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  const value = meta[name] as Readonly<Record<Name, unknown>> | null | undefined;
  const counts = names.map((count) => [count, value?.[count]] as const);
  if (counts.some(([, count]) => typeof count !== 'number')) return undefined;
  return Object.fromEntries(counts) as Record<Name, number>;
}
