/** What a machine lets this device start, and where. Pure. */
import type { Machine } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';

export type Starting = 'terminal-open' | 'exec';

interface Wanted {
  readonly kind: Starting;
  /** Of a command that runs without a shell. */
  readonly argv?: readonly string[] | undefined;
}

/** `unknown`: its bridge is too old. `signed`: only a device that it has pinned may, and this one is not. `nowhere`: it would, if there was a project in which it may. */
export type Refusal = 'unknown' | 'refuse' | 'signed' | 'nowhere';

/** The projects in which this may start, and '' for the home folder. `own`: the fingerprint of this device. */
export function placesFor(
  machine: Machine,
  wanted: Wanted,
  own: string | undefined,
): readonly (readonly [id: string, name: string])[] {
  const isAllowed = (project?: { readonly id: string; readonly name: string }) =>
    refusedIn(machine, wanted, own, project) === undefined;
  return [
    ...machine.projects.filter(isAllowed).map(({ id, name }) => [id, name] as const),
    ...(machine.policy.home && isAllowed() ? [['', 'Home folder'] as const] : []),
  ];
}

/** Why it may start nowhere; undefined where there is a place. */
export function refusalOf(machine: Machine, wanted: Wanted, own: string | undefined): Refusal | undefined {
  if (!machine.kinds.includes(wanted.kind)) return 'unknown';
  if (placesFor(machine, wanted, own).length > 0) return undefined;
  return refusedIn(machine, wanted, own) ?? 'nowhere';
}

/** The commands that policy.json names and that this device may run somewhere. */
export function namedCommands(machine: Machine, own: string | undefined): readonly (readonly string[])[] {
  return (machine.policy.commands ?? [])
    .map(({ argv }) => argv)
    .filter((argv) => refusalOf(machine, { kind: 'exec', argv }, own) === undefined);
}

function refusedIn(
  { policy, signers = [] }: Machine,
  { kind, argv }: Wanted,
  own: string | undefined,
  project?: { readonly id: string; readonly name: string },
): 'refuse' | 'signed' | undefined {
  const verdict = policyVerdict(policy, { kind, risk: 'execute', argv, project });
  if (verdict === 'allow') return undefined;
  return verdict === 'signed' && signers.includes(own ?? '') ? undefined : verdict;
}
