/** What a machine's policy says of a command. */
import type { Policy, Risk, Verdict } from './machine.ts';

export interface Judged {
  readonly kind: string;
  readonly risk: Risk;
  /** A policy names it by its id or by its name. */
  readonly project?: { readonly id: string; readonly name: string } | undefined;
  /** Of a kind that runs exactly this, without a shell and without changing its environment. */
  readonly argv?: readonly string[] | undefined;
}

/** From the loosest to the strictest. */
const order = ['allow', 'signed', 'refuse'] as const satisfies readonly Verdict[];

/** The policy's verdict on a command. A verdict on a project may loosen what reads and writes, and only narrow what runs and destroys. */
export function policyVerdict(policy: Policy, { kind, risk, project, argv }: Judged): Verdict {
  const byKind = verdictOnArgv(policy, argv) ?? verdictAt(policy.kinds, kind);
  const byProject =
    project === undefined
      ? undefined
      : (verdictAt(policy.projects, project.id) ?? verdictAt(policy.projects, project.name));
  if (risk === 'read' || risk === 'write') return byKind ?? byProject ?? policy.risks[risk];
  return strictest([byKind ?? policy.risks[risk], byProject]) ?? 'refuse';
}

/** Whether a policy wants anything signed. */
export function wantsSignatures({ risks, projects = {}, kinds = {}, commands = [] }: Policy): boolean {
  const verdicts = [risks, projects, kinds].flatMap((each) => Object.values(each));
  return [...verdicts, ...commands.map(({ verdict }) => verdict)].includes('signed');
}

/** Only the same words count: one more, one less or another one is another command. */
function verdictOnArgv({ commands = [] }: Policy, argv: readonly string[] | undefined): Verdict | undefined {
  const words = JSON.stringify(argv);
  return strictest(commands.map((one) => (JSON.stringify(one.argv) === words ? one.verdict : undefined)));
}

function strictest(verdicts: readonly (Verdict | undefined)[]): Verdict | undefined {
  return order.findLast((verdict) => verdicts.includes(verdict));
}

/** A project may be called "constructor". */
function verdictAt(verdicts: Readonly<Record<string, Verdict>> | undefined, name: string): Verdict | undefined {
  return verdicts !== undefined && Object.hasOwn(verdicts, name) ? verdicts[name] : undefined;
}
