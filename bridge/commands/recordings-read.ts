/** Who may read recordings from away: only where terminals may be had unsigned, since an answer passes the relay in plain text. */
import type { Policy } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { Problem } from '#contract/problems.ts';

/** Throws `policy-refused`. */
export function assertRecordingsRead(policy: Policy): void {
  if (policyVerdict(policy, { kind: 'terminal-open', risk: 'execute' }) === 'allow') return;
  throw new Problem(
    'policy-refused',
    'Recordings are read from away where policy.json allows terminals ("kinds": {"terminal-open": "allow"}). On the machine they are files: asciinema play recordings/<terminal>.cast in the data folder.',
  );
}
