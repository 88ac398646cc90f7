/** Exit codes of the command line, and which problem ends with which. `superseded` shares 6 with `bridge-outdated`: a service that restarts on failure must not restart either. */
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
  interrupted: 130,
} as const;

/** The exit code of a bridge that the relay refused for good. */
export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith('key-') || code === 'machine-removed') return exitCodes.notSignedIn;
  if (code === 'superseded' || code === 'bridge-outdated') return exitCodes.incompatible;
  return exitCodes.failure;
}
