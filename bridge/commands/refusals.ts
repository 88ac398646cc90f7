/** What the keeper refuses, as problems for people. */
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { KeeperRefusal, type RefusalCode } from '../keeper/keeper.ts';
import type { Running } from '../sessions/sessions.ts';

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
export function asTooMany(error: unknown, code: ProblemCode, running: () => readonly Running[]): unknown {
  if (!(error instanceof KeeperRefusal) || error.code !== 'too-many') return asProblem(error);
  return tooMany(code, running(), error);
}

/** Of a title, in UTF-16 units: all ids must fit into a sentence. */
const TITLE_UNITS_MAX = 35;

/** Names each that runs. */
export function tooMany(code: ProblemCode, running: readonly Running[], cause?: unknown): Problem {
  const all = running.map(({ id, title }) => `${id} (${title.slice(0, TITLE_UNITS_MAX)})`);
  return new Problem(code, `These run: ${all.join(' · ')}`, {}, cause);
}
