/** Projects in which the machine's owner does not want jobs to run. */
import { jobRun } from '#contract/kinds/job-run.ts';
import type { Policy, Verdict } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import type { Project } from '../projects/project.ts';

/** What policy.json says of runs in this project in particular: a verdict on all of its risks is asked for the machine as a whole. */
export function verdictIn(policy: Policy, project: Project): Verdict {
  const all = { read: 'allow', write: 'allow', execute: 'allow', destroy: 'allow' } as const;
  return policyVerdict({ ...policy, risks: all }, { kind: 'job-run', risk: jobRun.risk, project });
}

/** Why a run leaves a project alone, or undefined. */
export function refusedIn(policy: Policy): (project: Project) => string | undefined {
  return (project) =>
    verdictIn(policy, project) === 'refuse' ? 'policy.json on the machine refuses job-run in this project.' : undefined;
}
