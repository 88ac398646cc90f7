/** Whether the owner of a machine still lets people type into a terminal that is open. */
import type { Policy } from './machine.ts';
import { policyVerdict } from './policy-verdict.ts';

export interface OpenTerminal {
  /** Id and name of its project; absent for one in the home folder. */
  readonly project?: { readonly id: string; readonly name: string } | undefined;
  readonly isSealed: boolean;
}

/** The policy may have changed since it was opened: what it would not open now takes no keys. */
export function mayType(policy: Policy, { project, isSealed }: OpenTerminal): boolean {
  if (project === undefined && policy.home !== true) return false;
  const verdict = policyVerdict(policy, { kind: 'terminal-open', risk: 'execute', project });
  return verdict === 'allow' || (verdict === 'signed' && isSealed);
}
