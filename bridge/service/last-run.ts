/** How the service's last run went, in `service-run.json` of the data folder: since when it runs, or why it ended. The managers of macOS and Windows cannot be told by an exit code that a bridge must not be started again, so the next start reads it here. */
import { rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { VERSION } from '#contract/version.ts';
import { readParsed, writePrivate } from '../data/private-file.ts';
import { beganOf } from '../system/began.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { isStillAlive } from '../system/is-alive.ts';

/** After these nobody starts the bridge again until a person has done something. */
export const finalCodes: readonly number[] = [
  exitCodes.usage,
  exitCodes.notSignedIn,
  exitCodes.incompatible,
  exitCodes.refused,
];

const RunKept = v.object({
  pid: v.number(),
  /** When the process began (`beganOf`). */
  began: v.optional(v.string()),
  version: v.string(),
  /** ISO 8601. */
  started: v.string(),
  /** The options that the unit says, and its folders. */
  args: v.optional(v.array(v.string())),
  /** Runs before this one that failed, one after the other. */
  failures: v.optional(v.number()),
  ended: v.optional(v.object({ at: v.string(), code: v.number(), says: v.optional(v.string()) })),
});
export type LastRun = v.InferOutput<typeof RunKept>;

export function readLastRun(folder: string): LastRun | undefined {
  return readParsed(fileOf(folder), RunKept);
}

/** Notes that a run has started, after so many that failed; the answer notes its end. */
export async function noteRun(
  folder: string,
  failures = 0,
  args: readonly string[] = process.argv.slice(3),
): Promise<(code: number, says?: string) => Promise<void>> {
  const { pid } = process;
  const own = { pid, began: beganOf(pid), version: VERSION };
  const started = { failures, args: [...args], ...own, started: new Date().toISOString() };
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
  return (await isOver(folder, last, last.ended.at)) ? undefined : last.ended;
}

/** Whether there was a login, another release or a start of the machine since. */
async function isOver(folder: string, { version }: LastRun, since: string): Promise<boolean> {
  const changed = await stat(join(folder, 'credentials.json')).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const booted = Date.now() - uptime() * 1000;
  return Math.max(changed, booted) > Date.parse(since) || version !== VERSION;
}

/** How many runs have failed one after the other until now: they ended with a code, or died. One that went well for a while begins anew. */
export async function failuresUntilNow(folder: string): Promise<number> {
  const last = readLastRun(folder);
  if (last === undefined || last.ended?.code === exitCodes.ok) return 0;
  if (await isOver(folder, last, last.ended?.at ?? last.started)) return 0;
  const lastedMs = Date.parse(last.ended?.at ?? new Date().toISOString()) - Date.parse(last.started);
  return lastedMs > limits.serviceCalmMs ? 1 : (last.failures ?? 0) + 1;
}

/** Ms for which a run still waits after so many failures; what has passed since the last end counts. Pure. */
export function restartPauseMs(failures: number, endedAt: string | undefined, now: number): number {
  // The first time the manager's own pause is enough.
  if (failures < 2) return 0;
  const wanted = Math.min(limits.serviceRestartMsMax, limits.serviceRestartMsBase * 2 ** Math.min(failures - 1, 30));
  const passed = endedAt === undefined ? 0 : Math.max(0, now - Date.parse(endedAt));
  return Math.max(0, wanted - passed);
}

/** The run that a line of cron has started, which no manager knows of. */
export function runByCron(folder: string): LastRun | undefined {
  const run = readLastRun(folder);
  return run?.args?.includes('--service=cron') ? run : undefined;
}

/** Whether the process of a run is there. */
export function isRunning(run: LastRun | undefined): run is LastRun {
  return run !== undefined && run.ended === undefined && isStillAlive(run);
}

function fileOf(folder: string): string {
  return join(folder, 'service-run.json');
}
