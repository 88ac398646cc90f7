/** How a terminal is typed into from here: by its sealed channel, or in the clear where this command line has no reason to expect a seal. */
import { resolve } from 'node:path';
import type { ResultOf } from '#contract/kinds/index.ts';
import { type NamedMachine, sayInClear } from '#contract/known-to-seal.ts';
import type { Machine } from '#contract/machine.ts';
import type { OptionValues } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import type { Client } from '../net/client.ts';
import { everyPage } from './as-person.ts';
import { createGoneLook } from './gone-terminal.ts';
import { isKnownToSeal, openKeys } from './known-machines.ts';
import type { attachOptions } from './options.ts';
import { printError } from './output.ts';
import { attachOf, openSealedChannel, type SealedChannel } from './sealed-channel.ts';
import { ownKey } from './send-and-wait.ts';

type Values = OptionValues<typeof attachOptions>;
type Env = Readonly<Record<string, string | undefined>>;

export interface TerminalChannel {
  readonly terminal: string;
  /** Undefined for a plain one. */
  readonly sealed: SealedChannel | undefined;
  /** Throws `channel-unknown` where a terminal that the relay does not know is gone for good. */
  readonly lookWhetherGone: () => Promise<void>;
}

/** The channel of a terminal. Throws `channel-unknown`, `seal-missing`, or what an attach throws. */
export async function channelOf(client: Client, terminal: string, values: Values, env: Env): Promise<TerminalChannel> {
  const found = await findTerminal(client, terminal);
  if (found === undefined)
    throw new Problem('channel-unknown', `There is no terminal ${terminal}`, {
      hint: '`sallyport terminals` lists them.',
    });
  const { machine, seal } = found;
  const lookWhetherGone = createGoneLook(client, { id: terminal, machine });
  if (seal === undefined) return { terminal, sealed: inTheClear(machine, values, env), lookWhetherGone };
  const own = await ownKey(values, env);
  const attach = attachOf(client, machine, terminal, own);
  return { terminal, sealed: openSealedChannel(terminal, await attach(), attach), lookWhetherGone };
}

/** Its record, on the machine of which the relay says that it is there. */
async function findTerminal(client: Client, record: string) {
  const machines = await everyPage<Machine>((after) => client.call('machines', { query: { limit: 500, after } }));
  for (const machine of machines) {
    const found = await client
      .call('machineRecord', { parameters: { machine: machine.id, record } })
      .catch((error: unknown) => (error instanceof Problem ? undefined : Promise.reject(error)));
    if (found !== undefined) return { machine, seal: found.seal };
  }
  return undefined;
}

/** What was asked of the machine: the nonce of the command, if it was signed, and whether the policy wants a seal. */
export interface Opening {
  readonly machine: Machine;
  readonly nonce: string | undefined;
  readonly isSealWanted: boolean;
}

/** The same of a terminal that was opened just now, by what the machine has answered. */
export async function channelOpened(
  client: Client,
  { machine, nonce, isSealWanted }: Opening,
  { terminal, key }: ResultOf<'terminal-open'>,
  values: Values,
  env: Env,
): Promise<TerminalChannel> {
  const lookWhetherGone = createGoneLook(client, { id: terminal, machine });
  if (key === undefined) {
    if (isSealWanted)
      throw new Problem(
        'seal-missing',
        `The policy of ${machine.name} wants terminals sealed, and this one came without a seal.`,
      );
    return { terminal, sealed: inTheClear(machine, values, env), lookWhetherGone };
  }
  const own = await ownKey(values, env);
  const attach = attachOf(client, machine, terminal, own);
  const keys = nonce === undefined ? attach() : openKeys(own, machine, { channel: terminal, nonce }, key);
  return { terminal, sealed: openSealedChannel(terminal, await keys, attach), lookWhetherGone };
}

/** A relay that leaves out the seal reads what is typed, and types. */
function inTheClear(machine: NamedMachine, { plain, data }: Values, env: Env): undefined {
  const { name } = machine;
  const known = isKnownToSeal(resolve(data ?? defaultDataFolder(env)), machine);
  if (known === 'this' && !plain)
    throw new Problem(
      'seal-missing',
      `${name} has sealed before, and this terminal comes without a seal. To type in the clear, add --plain.`,
    );
  if (known !== 'none') printError(sayInClear(machine));
  return undefined;
}
