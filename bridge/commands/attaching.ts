/** The device that attaches to what is sealed: the one that has signed the command. */
import { Problem } from '#contract/problems.ts';
import type { AttachingDevice } from '../sessions/channel-seal.ts';
import type { MachineContext } from './handler.ts';

/** With its sealing key. Throws `signature-needed`, `sealing-key-missing`. */
export async function attachingDevice({
  signer,
  sealingKeys,
}: Pick<MachineContext, 'signer' | 'sealingKeys'>): Promise<AttachingDevice> {
  if (signer === undefined)
    throw new Problem('signature-needed', 'It is sealed: only a device that is pinned on the machine attaches to it.');
  const { fingerprint, nonce } = signer;
  return { fingerprint, nonce, sealingKey: await sealingKeys(signer) };
}
