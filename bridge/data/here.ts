/** Where `npm start` runs on this machine: it notes that beside its data, for the commands that a person types and for a second start. */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { isAlive } from '../system/is-alive.ts';
import { defaultDataFolder } from './data-folder.ts';
import { writePrivate } from './private-file.ts';

const Here = v.object({
  url: v.string(),
  /** File with the owner's API key. */
  keyFile: v.string(),
  pid: v.number(),
});
export type Here = v.InferOutput<typeof Here>;

const fileName = 'here.json';

/** Notes it in a data folder of `npm start`. */
export async function noteHere(data: string, here: Here): Promise<void> {
  await writePrivate(join(data, fileName), `${JSON.stringify(here)}\n`, { flush: false });
}

/** Takes the note away, if it is this process's own. */
export function forgetHere(data: string): void {
  if (readHereIn(data)?.pid === process.pid) rmSync(join(data, fileName), { force: true });
}

/** What is noted in a data folder; undefined if nothing runs there. */
export function readHereIn(data: string): Here | undefined {
  try {
    const parsed = v.safeParse(Here, JSON.parse(readFileSync(join(data, fileName), 'utf8')));
    return parsed.success && isAlive(parsed.output.pid) ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** The same for the data folder that commands use where none is named. */
export function readHere(env: Readonly<Record<string, string | undefined>>): Here | undefined {
  return readHereIn(dirname(defaultDataFolder(env)));
}
