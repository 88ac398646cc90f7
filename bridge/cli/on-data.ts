/** Commands that people copy, for the data folder that they are about: without `--data` they would work on the usual one. */
import { resolve } from 'node:path';
import { defaultDataFolder } from '../data/data-folder.ts';
import type { Env } from '../projects/registries.ts';
import { quoted } from '../system/quoted.ts';

/** One as it stands in a line or a sentence: its words may be quoted, and it ends where another command or the rest of the sentence begins. */
const command =
  /(?<=^|\s)sallyport (?:login|run|status|doctor|config|projects|service)(?: (?:'[^']*'|\\.|[^\s'\\&|;])+)*/g;

/** The line as it is, or with the data folder where that is not the user's usual one. */
export function onData(line: string, data: string, env: Env): string {
  if (resolve(data) === defaultDataFolder(env) || line.includes('--data')) return line;
  return line.replace(command, (found) => `${found} --data ${quoted(data)}`);
}
