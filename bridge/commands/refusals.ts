/** What the keeper refuses, as problems for people. */
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { KeeperRefusal, type RefusalCode } from '../keeper/keeper.ts';

const codes: Partial<Record<RefusalCode, ProblemCode>> = {
  'argv-invalid': 'args-invalid',
  'child-unknown': 'record-unknown',
  'cwd-unavailable': 'cwd-unavailable',
  'env-refused': 'args-invalid',
  'keeper-gone': 'interrupted',
  'program-not-found': 'program-not-found',
  'size-invalid': 'args-invalid',
  'start-failed': 'program-not-started',
  'terminal-unavailable': 'terminal-unavailable',
};

/** A refusal of the keeper as a problem; any other error stays as it is. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof KeeperRefusal)) return error;
  const code = codes[error.code];
  return code === undefined ? error : new Problem(code, error.message, {}, error);
}

/** The same, and of one too many what runs already. */
export function asTooMany(error: unknown, code: ProblemCode, running: () => readonly string[]): unknown {
  if (!(error instanceof KeeperRefusal) || error.code !== 'too-many') return asProblem(error);
  return new Problem(code, `These run: ${running().join(' · ')}`, {}, error);
}
