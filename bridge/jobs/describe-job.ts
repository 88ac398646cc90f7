/** Describes the jobs in a tool's settings: what each says, whether it can run, when and by whom. */
import * as v from 'valibot';
import type { Fields } from '#contract/approvals/approval.ts';
import { type Job, JobType } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import type { ToolHome } from '../projects/homes.ts';
import { nextTime } from './cron.ts';
import { listIn, numberIn, objectIn, type ToolFile, textIn } from './tool-file.ts';

export interface Described {
  /** Whether the tool's dashboard runs now, and whether the owner lets this bridge run jobs. */
  readonly dashboard: boolean;
  readonly keeps: boolean;
  readonly now: Date;
}

/** The jobs of settings; an entry without an id is left out, as nothing can name it. Throws as `listIn`. */
export function jobsIn(home: Pick<ToolHome, 'tool'>, settings: ToolFile, said: Described): readonly Job[] {
  const seen = new Set<string>();
  return entriesIn(settings).flatMap((entry) => {
    const id = textIn(entry, 'id');
    if (id === undefined || id === '') return [];
    const job = describe(home, id, entry, said, seen.has(id));
    seen.add(id);
    return [job];
  });
}

/** The same as they are written. */
export function entriesIn(settings: ToolFile): readonly Fields[] {
  return listIn(settings, 'automationJobs', limits.jobsMax);
}

function describe({ tool }: Pick<ToolHome, 'tool'>, id: string, entry: Fields, said: Described, twice: boolean): Job {
  const [daysOld, schedule] = [numberIn(objectIn(entry, 'config'), 'daysOld'), textIn(entry, 'schedule')];
  const texts = { name: textIn(entry, 'name'), type: textIn(entry, 'type'), schedule };
  const times = { lastRun: textIn(entry, 'lastRun'), createdAt: textIn(entry, 'createdAt') };
  const next = nextTime(schedule ?? '', said.now);
  const problem = problemOf({ type: texts.type, daysOld, isScheduled: next !== undefined, twice });
  const enabled = entry.enabled === true;
  const isDue = enabled && problem === undefined && next !== undefined;
  const runner = !isDue ? 'nobody' : said.dashboard ? 'dashboard' : said.keeps ? 'sallyport' : 'nobody';
  return {
    tool,
    id,
    ...present(texts),
    enabled,
    config: daysOld === undefined ? {} : { daysOld },
    ...present(times),
    valid: problem === undefined,
    ...present({ problem, nextRun: isDue ? next.toISOString() : undefined }),
    runner,
  };
}

interface Found {
  readonly type: string | undefined;
  readonly daysOld: number | undefined;
  readonly isScheduled: boolean;
  readonly twice: boolean;
}

function problemOf({ type, daysOld, isScheduled, twice }: Found): string | undefined {
  if (twice) return 'Another job has the same id.';
  if (!v.is(JobType, type)) return `The tool knows no job of the type "${type ?? ''}".`;
  if (daysOld === undefined || !Number.isInteger(daysOld) || daysOld < 1)
    return 'Its age (daysOld) is not a whole number of days, at least 1.';
  return isScheduled ? undefined : 'Its schedule is not valid.';
}

function present<Names extends string>(
  texts: { readonly [Name in Names]: string | undefined },
): {
  readonly [Name in Names]?: string;
} {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as {
    readonly [Name in Names]?: string;
  };
}
