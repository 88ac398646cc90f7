/** Checks a command or query before it begins: its args, its project, the machine owner's policy, the signature. */
import * as v from 'valibot';
import type { CommandDelivered } from '#contract/bridge.ts';
import { kindNamed } from '#contract/kinds/index.ts';
import type { Kind } from '#contract/kinds/kind.ts';
import type { Policy, Verdict } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { Problem } from '#contract/problems.ts';
import { findProject, projectNamed } from '../projects/find-project.ts';
import type { Project } from '../projects/project.ts';
import { checkSignature, type SignatureDeps, type Signer } from './signatures.ts';

/** The settings of the machine's owner. */
export interface Rules {
  readonly policy: () => Policy;
  /** The pinned keys, and the nonces that were used. */
  readonly signatures: SignatureDeps;
}

/** A command or query that has passed the checks. */
export interface Judged {
  readonly args: unknown;
  /** Undefined for a kind whose scope is the machine. */
  readonly project: Project | undefined;
  /** The pinned device that has signed it. */
  readonly signer: Signer | undefined;
  /** The policy wants it signed: the channel of what it starts is sealed. */
  readonly isSealed: boolean;
}

type Wish = Pick<CommandDelivered, 'kind' | 'args'> & Partial<CommandDelivered>;

/** Checks what a command that was begun in an earlier life of the bridge goes on with: it was judged then. Throws a Problem. */
export function judgeStarted(kind: Kind, { args }: Wish): Judged {
  return { args: parseArgs(kind, args), project: undefined, signer: undefined, isSealed: false };
}

/** Checks a command or query of this kind. Throws the Problem for which it is refused. */
export async function judgeWish(
  kind: Kind,
  wish: Wish,
  { policy, signatures }: Rules,
  projects: Iterable<Project>,
): Promise<Judged> {
  const args = parseArgs(kind, wish.args);
  const project = kind.scope === 'project' ? findProject(projects, String(wish.args.project)) : undefined;
  // A command of the machine may be about a project too, which its policy then protects.
  const named = project ?? projectNamed(projects, wish.args.project);
  const argv = kind.verb === 'command' ? kind.argvOf?.(args) : undefined;
  const verdict = policyVerdict(policy(), { kind: wish.kind, risk: kind.risk, project: named, argv });
  if (verdict === 'refuse')
    throw new Problem('policy-refused', `policy.json on the machine refuses ${wish.kind} (${kind.risk}).`);
  if (kind.verb === 'query' && verdict === 'signed')
    throw new Problem('policy-refused', `policy.json wants ${wish.kind} signed, and a query has no signature.`);
  const signer =
    kind.verb === 'command' ? await signerOf(wish as CommandDelivered, args, verdict, signatures) : undefined;
  return { args, project, signer, isSealed: kind.verb === 'command' && kind.seals === true && verdict === 'signed' };
}

/** The pinned device that has signed it. A signature must be valid even if none is required: an invalid one means that the command was changed on its way. */
async function signerOf(
  command: CommandDelivered,
  args: unknown,
  verdict: Verdict,
  signatures: SignatureDeps,
): Promise<Signer | undefined> {
  const isPinned = signatures.pins().some(({ fingerprint }) => fingerprint === command.signature?.key);
  if (verdict !== 'signed' && !isPinned) return undefined;
  return await checkSignature({ ...command, args: v.parse(v.record(v.string(), v.unknown()), args) }, signatures);
}

function parseArgs(kind: Kind, args: unknown): unknown {
  const parsed = v.safeParse(kind.args, args);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const pointer = `/args${(issue.path ?? []).map(({ key }) => `/${String(key)}`).join('')}`;
  throw new Problem('args-invalid', issue.message, { pointer });
}

/** Longest text in an audit entry, in UTF-16 units. */
const aboutLengthMax = 200;

/** The `about` of an entry in the machine's own log: the args that the kind declares, its name, and why it was not done. */
export function aboutOf(
  { kind, args }: Pick<CommandDelivered, 'kind' | 'args'>,
  problem: unknown,
): Readonly<Record<string, string>> {
  const strings = (kindNamed(kind)?.about ?? []).filter((name) => typeof args[name] === 'string');
  const code = v.safeParse(v.object({ code: v.string() }), problem);
  return {
    ...Object.fromEntries(strings.map((name) => [name, String(args[name]).slice(0, aboutLengthMax)])),
    kind: kind.slice(0, aboutLengthMax),
    ...(code.success ? { problem: code.output.code.slice(0, aboutLengthMax) } : {}),
  };
}
