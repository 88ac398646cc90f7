/** Runs a clean-up job. The effects lie in several projects and in the home of the tool; each is journaled with its place first, so after a crash all of them count or all are taken back. */
import { Problem } from '#contract/problems.ts';
import { checkValid, findJob } from '../../jobs/find-job.ts';
import { activeSpecs, type Plan, planJob } from '../../jobs/plan.ts';
import { refusedIn, verdictIn } from '../../jobs/refused-in.ts';
import { prepareRun } from '../../jobs/run-job.ts';
import type { CommandHandler, MachineContext } from '../handler.ts';

export const jobRun: CommandHandler<'job-run'> = async (args, context) => {
  const { projects, policy, now } = context;
  const found = await findJob(context, args);
  checkValid(found.job);
  const { home, job } = found;
  const leaveAlone = refusedIn(policy);
  const plan = await planJob({ home, job, projects, leaveAlone, includePending: args.includePending, now });
  if (plan.planRev !== context.ifRev) throw new Problem('plan-changed');
  checkConfirmed(plan, args.confirm);
  checkSignedFor(plan, context);
  const { effects, result } = await prepareRun(found, plan, projects, now);
  await context.perform(effects, result);
  return result;
};

/** Throws `confirmation-missing`. */
function checkConfirmed(plan: Plan, confirm: readonly string[]): void {
  const specs = activeSpecs(plan);
  const [missing] = specs.filter((spec) => !confirm.includes(spec));
  const [other] = confirm.filter((name) => !specs.includes(name));
  if (missing !== undefined) throw new Problem('confirmation-missing', `"${missing}" is an active spec.`);
  if (other !== undefined) throw new Problem('confirmation-missing', `The plan lists no active spec "${other}".`);
}

/** Throws `signature-needed` where one of the projects wants it, though the machine does not. */
function checkSignedFor({ items }: Plan, { projects, policy, isSigned }: MachineContext): void {
  const wants = projects.find(
    (project) => items.some((item) => item.project === project.id) && verdictIn(policy, project) === 'signed',
  );
  if (wants !== undefined && !isSigned)
    throw new Problem('signature-needed', `policy.json on the machine wants it signed for "${wants.name}".`);
}
