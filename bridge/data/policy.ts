/** The machine owner's policy, from policy.json in the bridge's data folder. Nobody can change it from outside. */
import { join } from 'node:path';
import * as v from 'valibot';
import { defaultPolicy, Policy, Verdict } from '#contract/machine.ts';
import { type DamagedFile, heeding, readKept } from './private-file.ts';

/** Name of the file in the data folder. */
export const policyFile = 'policy.json';

const { read, write, execute, destroy } = defaultPolicy.risks;

/** The file: what it does not name is as without it. */
const PolicyFile = v.strictObject({
  ...Policy.entries,
  risks: v.optional(
    v.strictObject({
      read: v.optional(Verdict, read),
      write: v.optional(Verdict, write),
      execute: v.optional(Verdict, execute),
      destroy: v.optional(Verdict, destroy),
    }),
    {},
  ),
});

/** The policy while policy.json is invalid: only reading is allowed. */
const cautious: Policy = { risks: { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' } };

/** The policy of a data folder. Throws DamagedFile. */
export function readPolicy(dataFolder: string): Policy {
  const file = join(dataFolder, policyFile);
  return (
    readKept(file, PolicyFile, {
      unknown: 'what may be changed here, and nothing may',
      says: 'Mend it (the form is in docs/setup.md), then have it checked:',
      copy: 'sallyport doctor',
      isWritten: true,
    }) ?? defaultPolicy
  );
}

/** Reads the policy at each call, so that a change applies at once. While the file is invalid only reading is allowed, and `heed` hears why. */
export function createPolicy(dataFolder: string, heed: (damage: DamagedFile | undefined) => void): () => Policy {
  return heeding(
    () => readPolicy(dataFolder),
    () => cautious,
    heed,
  );
}
