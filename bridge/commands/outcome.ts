/** The state of a command that ended with an error. */
import type { SettledState } from '#contract/command-life.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import type { Outcome } from './journal-lines.ts';

const states: Partial<Record<ProblemCode, SettledState>> = {
  conflict: 'conflict',
  'approval-gone': 'conflict',
  'already-decided': 'conflict',
  'reviewed-file-changed': 'conflict',
  'plan-changed': 'conflict',
  'policy-refused': 'refused',
  'signature-needed': 'refused',
  'signature-refused': 'refused',
  interrupted: 'interrupted',
};

/** The outcome of a command that ended with an error. An error that is not a Problem is a defect, and is shown as one. */
export function outcomeOf(error: unknown): Outcome {
  const problem = error instanceof Problem ? error : new Problem('defect', 'The bridge has logged it.', {}, error);
  const json = Object.entries(problem.toJson()).map(([name, value]) => [name, clipped(value)]);
  return { state: states[problem.code] ?? 'failed', problem: Object.fromEntries(json) };
}

/** Shortens a problem, because it may repeat text of a command, which the relay can make very long. */
function clipped(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, textLengthMax) : value;
}

/** In UTF-16 units: a sentence and a path. */
const textLengthMax = 1500;
