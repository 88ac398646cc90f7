/** The machine that a command line is about, and what its policy wants. */
import type { CommandSignature } from '#contract/device-key.ts';
import { type CommandKindName, commandKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { Machine, Verdict } from '#contract/machine.ts';
import { UsageError } from '#contract/options.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import type { Client } from '../net/client.ts';
import { projectNamed } from '../projects/find-project.ts';
import { everyPage } from './as-person.ts';
import { registerSealingKey } from './sealed-channel.ts';
import { ownKey, type Wished } from './send-and-wait.ts';

/** The machine of this name or id; without one, the only machine that there is. Throws a UsageError, a Problem. */
export async function chooseMachine(client: Client, named: string | undefined): Promise<Machine> {
  if (named !== undefined) return await client.call('machine', { parameters: { machine: named } });
  const all = await everyPage<Machine>((after) => client.call('machines', { query: { limit: 500, after } }));
  const [only, ...others] = all;
  if (only === undefined) throw new UsageError('There is no machine yet. Link one with sallyport login.');
  if (others.length > 0) throw new UsageError(`Which machine? ${all.map(({ name }) => name).join(', ')}`);
  return only;
}

type Env = Readonly<Record<string, string | undefined>>;
interface Values {
  readonly sign: boolean;
  readonly data: string | undefined;
}

/** A command that is to be sent. */
export type Wanted = Wished & { readonly kind: CommandKindName };

/** What the policy of a machine says of a command, as its bridge has told. */
export function verdictOn({ policy, projects }: Machine, { kind, args }: Wanted): Verdict {
  const declared = commandKind(kind);
  return policyVerdict(policy, {
    ...{ kind, risk: declared?.risk ?? 'execute', argv: declared?.argvOf?.(args) },
    project: projectNamed(projects, args.project),
  });
}

/** The signature of this command line, where it is asked for or the policy of the machine wants one. */
export async function signatureWanted(
  client: Client,
  machine: Machine,
  wished: Wanted,
  values: Values,
  env: Env,
): Promise<{ readonly signature?: CommandSignature }> {
  const verdict = verdictOn(machine, wished);
  if (!values.sign && verdict !== 'signed') return {};
  const own = await ownKey(values, env);
  if (verdict === 'signed') await registerSealingKey(client, wished.kind, own);
  return { signature: own.sign({ machine: machine.id, ...wished, expiresAt: Date.now() + limits.commandExpiryMs }) };
}
