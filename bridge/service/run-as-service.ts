/** A run of the bridge that the service manager has started: it notes how the run goes, and ends so that the manager knows whether to start it again. After several failures it waits itself, longer each time: not every manager does. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { fileTrouble } from '../data/file-trouble.ts';
import { createLog, type Log, type LogLevel } from '../log.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { failuresUntilNow, finalCodes, finalEnd, noteRun, readLastRun, restartPauseMs } from './last-run.ts';
import type { Manager } from './service.ts';
import { writeServiceLog } from './service-log.ts';

/** Runs `work`; resolves to the exit code. systemd reads the code itself. The others start a bridge again unless it ends with 0, and Windows does so later all the same. */
export async function runAsService(
  manager: Manager,
  folder: string,
  level: LogLevel,
  work: (log: Log) => Promise<number>,
): Promise<number> {
  const readsCodes = manager === 'systemd';
  if (!readsCodes && (await finalEnd(folder)) !== undefined) return exitCodes.ok;
  const log = readsCodes ? createLog(level) : createLog(level, (line) => writeServiceLog(folder, line));
  let said: string | undefined;
  const heard = {
    ...log,
    error: (sentence: string) => {
      said = sentence;
      log.error(sentence);
    },
  };
  const failures = await failuresUntilNow(folder);
  const pauseMs = restartPauseMs(failures, readLastRun(folder)?.ended?.at, Date.now());
  if (pauseMs > 0) {
    log.warn(`${failures} runs have failed one after the other: this one begins in ${Math.ceil(pauseMs / 1000)} s`);
    await delay(pauseMs);
  }
  const end = await noteRun(folder, failures);
  const code = await work(heard).catch((error: unknown) => {
    const isSaid = error instanceof UsageError || error instanceof Problem;
    heard.error(isSaid ? error.message : (fileTrouble(error) ?? inspect(error)));
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  });
  await end(code, code === exitCodes.ok ? undefined : said);
  return !readsCodes && finalCodes.includes(code) ? exitCodes.ok : code;
}
