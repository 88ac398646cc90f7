/** The title of what was started by its words, for machines that give it and screens that need not say it twice. */
import { limits } from './limits.ts';
import { printable } from './printable.ts';

/** A command line, as far as it fits. */
export function titleOfArgv(words: readonly string[]): string {
  const line = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  return printable(line, limits.recordTitleLengthMax);
}
