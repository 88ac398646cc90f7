/** What a machine's policy says of a command. */
import type { Policy, Risk, Verdict } from './machine.ts';

/** The policy's verdict on a command. */
export function policyVerdict(policy: Policy, command: { kind: string; risk: Risk; project?: string }): Verdict {
  const byProject = command.project === undefined ? undefined : verdictAt(policy.projects, command.project);
  return verdictAt(policy.kinds, command.kind) ?? byProject ?? policy.risks[command.risk];
}

/** A project may be called "constructor". */
function verdictAt(verdicts: Readonly<Record<string, Verdict>> | undefined, name: string): Verdict | undefined {
  return verdicts !== undefined && Object.hasOwn(verdicts, name) ? verdicts[name] : undefined;
}
