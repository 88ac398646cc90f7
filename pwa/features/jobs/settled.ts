/** Turns the end of a command into what a form shows. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { Settled } from '../../state/app-state.ts';

/** The result of a command that is done. Throws with the reason for any other end. */
export function settledOrThrow<Kind extends CommandKindName>({
  result,
  problem,
}: Settled<Kind>): Settled<Kind>['result'] {
  if (problem !== undefined) throw new Error([problem.detail ?? problem.title, problem.hint].filter(Boolean).join(' '));
  return result;
}
