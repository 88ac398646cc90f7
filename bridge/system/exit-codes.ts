/** Exit codes of the command line, by problem. `superseded` shares 6 with `bridge-outdated`, because a service manager must not restart the bridge after either. */
import type { Problem } from '#contract/problems.ts';

export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notSignedIn: 3,
  network: 4,
  conflict: 5,
  incompatible: 6,
  refused: 7,
  tryLater: 75,
  interrupted: 130,
} as const;

/** What the owner of a machine does not allow. */
const refusals: ReadonlySet<string> = new Set(['policy-refused', 'signature-needed', 'signature-refused']);

/** The exit code of a command that a person runs, and that the relay refuses. */
export function exitCodeForPerson(problem: Problem): number {
  if (problem.code === 'conflict') return exitCodes.conflict;
  if (refusals.has(problem.code)) return exitCodes.refused;
  if (problem.code === 'machine-unavailable' || problem.code === 'machine-silent') return exitCodes.tryLater;
  return exitCodeOf(problem);
}

/** The exit code of a bridge that stopped because of the relay's refusal. */
export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith('key-') || code === 'machine-removed') return exitCodes.notSignedIn;
  if (code === 'superseded' || code === 'bridge-outdated') return exitCodes.incompatible;
  return exitCodes.failure;
}
