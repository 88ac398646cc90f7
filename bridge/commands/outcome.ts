/** The state of a command that ended with an error. */
import type { SettledState } from '#contract/command-life.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { codeOf, fileFailed } from '../files/guard.ts';
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
  // It was stopped before it began.
  'command-cancelled': 'cancelled',
};

/** An error as a problem: of a file call that failed, it names the cause. Any other is a defect, which `onDefect` hears of. */
export function problemOf(error: unknown, onDefect: (error: unknown) => void): Problem {
  if (error instanceof Problem) return error;
  if (codeOf(error) !== undefined) return fileFailed(error);
  onDefect(error);
  return defect(error);
}

/** The outcome of a command that ended with an error. An error that is not a Problem is a defect, and is shown as one. */
export function outcomeOf(error: unknown): Outcome {
  const problem = error instanceof Problem ? error : defect(error);
  const json = Object.entries(problem.toJson()).map(([name, value]) => [name, clipped(value)]);
  return { state: states[problem.code] ?? 'failed', problem: Object.fromEntries(json) };
}

function defect(error: unknown): Problem {
  return new Problem('defect', 'The bridge has logged it.', {}, error);
}

/** Shortens a problem, because it may repeat text of a command, which the relay can make very long. */
function clipped(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, textLengthMax) : value;
}

/** In UTF-16 units: a sentence and a path. */
const textLengthMax = 1500;
