/** Has the relay remove this machine, with the machine's own key. */
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { type Credentials, hasCredentials, readCredentials, readKeyFile } from '../data/data-folder.ts';
import { parseRelayUrl } from '../net/address.ts';
import { createClient } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { createRelayProof } from '../net/relay-proof.ts';
import { exitCodeOf, exitCodes } from '../system/exit-codes.ts';
import type { uninstallOptions } from './options.ts';
import { trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof uninstallOptions>;

/** Why the machine was not removed. */
export interface NotRemoved {
  readonly says: string;
  readonly code: number;
}

/** Removes the machine; resolves to undefined where the relay has it no more. */
export type RemoveMachine = () => Promise<NotRemoved | undefined>;

/** Reads all that it takes from a data folder, so that nothing is removed where it cannot be done. Throws a UsageError. */
export function machineRemoval(data: string, values: Values, env: Env): RemoveMachine {
  const kept = hasCredentials(data) ? readCredentials(data) : undefined;
  const found = kept && keyOf(kept);
  if (kept === undefined || found === undefined)
    throw new UsageError(`There is no key in ${data}. Leave --machine out, and remove the machine in the app.`);
  trust(values, data);
  const origin = parseRelayUrl(kept.url, values);
  const proof = createRelayProof({ ...kept, ...found }.relayKey);
  const proxy = waysTo(origin, values, env, data);
  return async () => {
    try {
      await using client = createClient({ origin, key: found.key, proxy, proof });
      await client.call('bridgeMachineRemove');
      return undefined;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof Interruption)) throw error;
      // It is not there any more, which is what was wanted.
      if (error instanceof Problem && error.code === 'machine-removed') return undefined;
      return notRemoved(error, origin, data);
    }
  };
}

function keyOf({ key, keyFile }: Credentials): ReturnType<typeof readKeyFile> | undefined {
  if (key !== undefined) return { key };
  if (keyFile === undefined) return undefined;
  try {
    return readKeyFile(keyFile);
  } catch (cause) {
    throw new UsageError(
      `The machine's key cannot be read from ${keyFile}. Leave --machine out, and remove the machine in the app.`,
      { cause },
    );
  }
}

/** With a key that the relay refuses it can never be done from here. */
function notRemoved(error: Problem | Interruption, { origin }: URL, data: string): NotRemoved {
  const isKey = error instanceof Problem && error.code.startsWith('key-');
  const next = isKey
    ? 'Remove the machine in the app, and leave --machine out.'
    : 'Try again, or leave --machine out and remove the machine in the app.';
  return {
    says: `The machine was not removed at ${origin}: ${error.message.replace(/\.$/, '')}. The data in ${data} stays. ${next}`,
    code: error instanceof Problem ? exitCodeOf(error) : exitCodes.network,
  };
}
