/** What a run of a job would do now: which specs or approvals are old enough, in which projects. Changes nothing. */
import { createHash } from 'node:crypto';
import type { PlanItem } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import type { ToolHome } from '../projects/homes.ts';
import type { Project } from '../projects/project.ts';
import { type OldWish, oldApprovals, oldSpecs } from './old.ts';

export interface PlanWish extends OldWish {
  readonly projects: readonly Project[];
  /** Why a project is left alone, or undefined. */
  readonly leaveAlone: (project: Project) => string | undefined;
}

export interface Skipped {
  readonly project: string;
  readonly projectName: string;
  readonly why: string;
}

export interface Plan {
  readonly items: PlanItem[];
  readonly more: number;
  readonly skipped: Skipped[];
  readonly planRev: string;
  /** How many were looked at. */
  readonly processed: number;
}

/** The plan of a valid job. */
export async function planJob(wish: PlanWish): Promise<Plan> {
  const { home, job, includePending } = wish;
  const found: PlanItem[] = [];
  const skipped: Skipped[] = [];
  let processed = 0;
  for (const project of wish.projects.filter((each) => concerns(home, each))) {
    const place = { project: project.id, projectName: project.name };
    const why = wish.leaveAlone(project);
    if (why !== undefined) {
      skipped.push({ ...place, why });
      continue;
    }
    const old = job.type === 'cleanup-approvals' ? await oldApprovals(wish, project) : await oldSpecs(wish, project);
    processed += old.processed;
    found.push(...old.items);
    skipped.push(...old.unclear.map((sentence) => ({ ...place, why: sentence })));
  }
  const sorted = found.toSorted((a, b) => (`${a.lastChanged}${a.path}` < `${b.lastChanged}${b.path}` ? -1 : 1));
  const items = sorted.slice(0, limits.jobItemsMax);
  const more = sorted.length - items.length;
  // Without the age, which is another each day though nothing has changed.
  const told = items.map(({ age: _age, why: _why, ...item }) => item);
  const text = JSON.stringify([home.tool, job.id, job.type, job.config, includePending, told, more]);
  return { items, more, skipped, processed, planRev: createHash('sha256').update(text).digest('hex') };
}

/** The plan of a run that nobody has looked at: what an approval still waits for stays, as its text would be gone. */
export async function planUnseen(wish: Omit<PlanWish, 'includePending'>): Promise<Plan> {
  const plan = await planJob({ ...wish, includePending: false });
  return { ...plan, items: plan.items.filter(({ pending }) => pending === undefined) };
}

/** The names of the active specs in a plan, each once. */
export function activeSpecs({ items }: Pick<Plan, 'items'>): readonly string[] {
  return [...new Set(items.flatMap(({ spec, archived }) => (spec === undefined || archived ? [] : [spec])))];
}

function concerns({ formats }: ToolHome, { layouts }: Project): boolean {
  return layouts.some(({ format }) => formats.includes(format));
}
