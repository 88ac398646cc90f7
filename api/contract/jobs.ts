/** The clean-up jobs of spec-workflow and its sibling, as people see them. A tool keeps them in its home on the machine, not in a project. */
import * as v from 'valibot';
import { Rev } from './document.ts';
import { limits } from './limits.ts';

export const JobTool = v.picklist(['spec-workflow', 'spec-context']);
export type JobTool = v.InferOutput<typeof JobTool>;

/** Which tool's job is meant, where both tools have run on a machine. */
export const ToolArg = v.optional(JobTool);

/** A job's id. It is looked up among the jobs of the settings. */
export const JobArg = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

export const jobTypes = ['cleanup-approvals', 'cleanup-specs', 'cleanup-archived-specs'] as const;
export const JobType = v.picklist(jobTypes);
export type JobType = v.InferOutput<typeof JobType>;

/** At least one day. */
export const DaysOld = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.jobDaysMax));

/** Five fields of cron, or six with seconds first. */
export const Schedule = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(100),
  v.regex(/^[\dA-Za-z*,/-]+( +[\dA-Za-z*,/-]+){4,5}$/, 'Five fields of cron, for example "0 2 * * *"'),
);

/** Who runs a job when its time comes: the tool's dashboard, this bridge, or nobody. */
export const jobRunners = ['dashboard', 'sallyport', 'nobody'] as const;

/** A job as its settings say it, and what may be said of it. Members of a wrong type are left out. */
export const Job = v.strictObject({
  tool: JobTool,
  id: v.string(),
  name: v.optional(v.string()),
  /** One of `jobTypes` where the job is valid. */
  type: v.optional(v.string()),
  enabled: v.boolean(),
  config: v.strictObject({ daysOld: v.optional(v.number()) }),
  schedule: v.optional(v.string()),
  lastRun: v.optional(v.string()),
  createdAt: v.optional(v.string()),
  valid: v.boolean(),
  /** Why it cannot run. */
  problem: v.optional(v.string()),
  /** When the schedule comes next, by the machine's time zone (ISO 8601); of jobs that are enabled and valid. */
  nextRun: v.optional(v.string()),
  runner: v.picklist(jobRunners),
});
export type Job = v.InferOutput<typeof Job>;

/** One run in the tool's history. */
export const JobExecution = v.strictObject({
  jobId: v.string(),
  jobName: v.optional(v.string()),
  jobType: v.optional(v.string()),
  executedAt: v.string(),
  success: v.boolean(),
  /** Ms. */
  duration: v.optional(v.number()),
  itemsProcessed: v.number(),
  itemsDeleted: v.number(),
  error: v.optional(v.string()),
});
export type JobExecution = v.InferOutput<typeof JobExecution>;

/** One thing that a run would move to the trash. */
export const PlanItem = v.strictObject({
  /** The project's id and name. */
  project: v.string(),
  projectName: v.string(),
  /** The name of the spec, or the id of the approval. */
  spec: v.optional(v.string()),
  archived: v.optional(v.literal(true)),
  approval: v.optional(v.string()),
  /** In the project. */
  path: v.string(),
  /** A sentence. */
  why: v.string(),
  /** Whole days since the newest change in it. */
  age: v.number(),
  /** ISO 8601. */
  lastChanged: v.string(),
  /** Approvals that still wait: the approval itself, or those of the spec. */
  pending: v.optional(v.number()),
  /** Tasks of the spec that are not completed. */
  openTasks: v.optional(v.number()),
});
export type PlanItem = v.InferOutput<typeof PlanItem>;

/** Also in a path's query, where everything is text. */
export const Flag = v.pipe(
  v.union([
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((text) => text === 'true'),
    ),
  ]),
  v.boolean(),
);

/** The result of a command on a job: the settings' new rev, and the command that takes it back on that rev. */
export const JobChanged = v.strictObject({
  tool: JobTool,
  job: v.string(),
  rev: Rev,
  undo: v.optional(v.strictObject({ kind: v.string(), args: v.record(v.string(), v.unknown()) })),
});
export type JobChanged = v.InferOutput<typeof JobChanged>;
