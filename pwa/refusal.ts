/** What the relay has refused, in its own words: also a problem that only a newer relay knows. */
import type { ProblemJson } from '#contract/problems.ts';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The problem as it came. */
  readonly problem: ProblemJson;

  constructor(problem: ProblemJson) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** The problem in an answer; what is no problem of the relay is a defect. */
export function parseRefusal(answer: { readonly [field: string]: unknown }, status: number): Refusal {
  const { p: _p, ...members } = answer;
  const isProblem = typeof members.code === 'string' && typeof members.title === 'string';
  const defect = { code: 'defect', title: 'The relay has failed', hint: 'Try again. If it stays, look into its log.' };
  const known = isProblem ? members : { ...members, ...defect };
  return new Refusal({ type: 'about:blank', hint: '', retry: 'never', status, ...known } as ProblemJson);
}
