/** What a thrown problem means for a command's state. */
import type { SettledState } from '#contract/command.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import type { Outcome } from './journal.ts';

const states: Partial<Record<ProblemCode, SettledState>> = {
  conflict: 'conflict',
  'policy-refused': 'refused',
  'signature-needed': 'refused',
  'signature-refused': 'refused',
  interrupted: 'interrupted',
};

/** The outcome of a command that ended with an error; one that is no problem is a defect and is shown as such. */
export function outcomeOf(error: unknown): Outcome {
  const problem = error instanceof Problem ? error : new Problem('defect', 'The bridge has logged it.', {}, error);
  return { state: states[problem.code] ?? 'failed', problem: problem.toJson() };
}
