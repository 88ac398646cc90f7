/** Turns the end of a command into what a form shows. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { App, Settled } from '../state/app-state.ts';

/** The result of a command that is done. Throws with the reason, and its code, for any other end. */
export function settledOrThrow<Kind extends CommandKindName>({
  result,
  problem,
}: Settled<Kind>): Settled<Kind>['result'] {
  if (problem === undefined) return result;
  const words = [problem.detail ?? problem.title, problem.hint].filter(Boolean).join(' ');
  throw Object.assign(new Error(words), { code: problem.code });
}

/** The same where a form that stays open says the reason: it is not said in a second place. */
export function settledInForm<Kind extends CommandKindName>(app: App, settled: Settled<Kind>): Settled<Kind>['result'] {
  if (settled.problem !== undefined) app.dismiss(settled.id);
  return settledOrThrow(settled);
}
