/** The sealing keys of pinned devices. The relay lists them, and is not believed: the pinned key must have signed each. */
import { createPublicKey, verify } from 'node:crypto';
import type { DeviceKey } from '#contract/device-key.ts';
import { Problem } from '#contract/problems.ts';
import { proofText } from '#contract/sealing.ts';
import type { PinnedKey } from './pins.ts';

/** The sealing key of a pinned device, in base64url. Throws `sealing-key-missing`. */
export type SealingKeys = (pin: PinnedKey) => Promise<string>;

export function createSealingKeys(list: () => Promise<readonly DeviceKey[]>): SealingKeys {
  return async (pin) => {
    const listed = (await list()).find(({ fingerprint }) => fingerprint === pin.fingerprint);
    if (listed === undefined || !isProved(listed, pin.publicKey)) throw new Problem('sealing-key-missing');
    return String(listed.sealingKey);
  };
}

function isProved({ sealingKey, proof }: DeviceKey, pinned: string): boolean {
  if (sealingKey === undefined || proof === undefined) return false;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: pinned }, format: 'jwk' });
  return verify(undefined, Buffer.from(proofText(sealingKey)), key, Buffer.from(proof, 'base64url'));
}
