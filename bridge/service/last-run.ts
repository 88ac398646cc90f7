/** How the service's last run went, in `service-run.json` of the data folder: since when it runs, or why it ended. The managers of macOS and Windows cannot be told by an exit code that a bridge must not be started again, so the next start reads it here. */
import { rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { VERSION } from '#contract/version.ts';
import { exitCodes } from '../cli/exit-codes.ts';
import { isAlive } from '../is-alive.ts';
import { readParsed, writePrivate } from '../private-file.ts';

/** After these nobody starts the bridge again until a person has done something. */
export const finalCodes: readonly number[] = [
  exitCodes.usage,
  exitCodes.notSignedIn,
  exitCodes.incompatible,
  exitCodes.refused,
];

const RunKept = v.object({
  pid: v.number(),
  version: v.string(),
  /** ISO 8601. */
  started: v.string(),
  /** The options that the unit says, and its folders. */
  args: v.optional(v.array(v.string())),
  ended: v.optional(v.object({ at: v.string(), code: v.number(), says: v.optional(v.string()) })),
});
export type LastRun = v.InferOutput<typeof RunKept>;

export function readLastRun(folder: string): LastRun | undefined {
  return readParsed(fileOf(folder), RunKept);
}

/** Notes that a run has started; the answer notes its end. */
export async function noteRun(
  folder: string,
  args: readonly string[] = process.argv.slice(3),
): Promise<(code: number, says?: string) => Promise<void>> {
  const started = { args: [...args], pid: process.pid, version: VERSION, started: new Date().toISOString() };
  const write = (run: LastRun) =>
    writePrivate(fileOf(folder), `${JSON.stringify(run)}\n`, { flush: false }).catch(() => undefined);
  await write(started);
  return (code, says) => write({ ...started, ended: { at: new Date().toISOString(), code, ...(says && { says }) } });
}

export async function forgetLastRun(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true });
}

/** The end after which this folder's bridge must not be started again. It no longer counts after a login, another release, or a start of the machine. */
export async function finalEnd(folder: string): Promise<LastRun['ended']> {
  const last = readLastRun(folder);
  if (last?.ended === undefined || !finalCodes.includes(last.ended.code)) return undefined;
  const changed = await stat(join(folder, 'credentials.json')).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const booted = Date.now() - uptime() * 1000;
  const isOver = Math.max(changed, booted) > Date.parse(last.ended.at) || last.version !== VERSION;
  return isOver ? undefined : last.ended;
}

/** Whether the process of a run is there. */
export function isRunning(run: LastRun | undefined): run is LastRun {
  return run !== undefined && run.ended === undefined && isAlive(run.pid);
}

function fileOf(folder: string): string {
  return join(folder, 'service-run.json');
}
