/** Schedules of jobs, by the machine's time zone. */
import { Cron } from 'croner';
import * as v from 'valibot';
import { Schedule } from '#contract/jobs.ts';

/** The first time after another that a schedule names; undefined for one that is not valid, or never comes. */
export function nextTime(schedule: string, after: Date): Date | undefined {
  if (!v.is(Schedule, schedule)) return undefined;
  try {
    // As in the tool, a day of the month and a day of the week must both fit.
    return new Cron(schedule, { paused: true, domAndDow: true }).nextRun(after) ?? undefined;
  } catch {
    return undefined;
  }
}
