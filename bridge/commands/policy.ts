/** The machine owner's policy, from policy.json in the bridge's data folder. Nobody can change it from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { defaultPolicy, Policy, Verdict } from '#contract/machine.ts';
import { codeOf } from '../files/guard.ts';

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

/** Reads the policy at each call, so that a change applies at once. `warn` gets the reason why a file is invalid, once per reason. */
export function createPolicy(dataFolder: string, warn: (sentence: string) => void): () => Policy {
  let warned = '';
  return () => {
    const { policy, problem } = readPolicy(join(dataFolder, policyFile));
    if (problem !== undefined && problem !== warned) warn(problem);
    warned = problem ?? '';
    return policy;
  };
}

function readPolicy(path: string): { readonly policy: Policy; readonly problem?: string } {
  try {
    return { policy: v.parse(PolicyFile, JSON.parse(readFileSync(path, 'utf8'))) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { policy: defaultPolicy };
    const why = error instanceof Error ? error.message : String(error);
    return {
      policy: cautious,
      problem: `${path} cannot be used, so nothing may be changed until it is mended: ${why}`,
    };
  }
}
