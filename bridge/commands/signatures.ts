/** Checks the signature of a command with the keys that are pinned on this machine. It trusts nothing that the relay says about them. */
import { createPublicKey, verify } from 'node:crypto';
import type { CommandDelivered } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { envelopeText, showFingerprint } from '#contract/signing.ts';
import type { PinnedKey } from '../keys/pins.ts';
import type { Nonces } from './nonces.ts';

export interface SignatureDeps {
  readonly pins: () => readonly PinnedKey[];
  readonly nonces: Nonces;
  /** This machine's own clock in ms since 1970. With the relay's clock, a relay could hold commands back and run them later. */
  readonly now: () => number;
}

/** The signed part of a delivered command. `args` are the output of the kind's schema. */
export type Signed = Pick<CommandDelivered, 'id' | 'kind' | 'ifRev' | 'signature'> & {
  readonly args: Readonly<Record<string, unknown>>;
};

/** A pinned device that has signed a command, and the nonce of its signature. */
export interface Signer extends PinnedKey {
  readonly nonce: string;
}

/** The pinned device that signed this command. Throws `signature-needed` without a signature, `signature-refused` if it is invalid. */
export async function checkSignature(command: Signed, { pins, nonces, now }: SignatureDeps): Promise<Signer> {
  const { signature, id, kind, args, ifRev } = command;
  if (signature === undefined)
    throw new Problem(
      'signature-needed',
      `policy.json on the machine wants ${kind} signed by a device that is pinned there; the app makes its key under Profile.`,
    );
  const { key, nonce, expiresAt, value } = signature;
  const pinned = pins().find(({ fingerprint }) => fingerprint === key);
  if (pinned === undefined) throw refused(`the key ${showFingerprint(key)} is not pinned on the machine`);
  const text = envelopeText({ machine: pinned.machine, kind, args, ifRev, expiresAt, nonce });
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: pinned.publicKey }, format: 'jwk' });
  if (!verify(undefined, Buffer.from(text), publicKey, Buffer.from(value, 'base64url')))
    throw refused('what was signed is another command, or one for another machine');
  const nowMs = Math.max(now(), nonces.forgottenUntil());
  if (expiresAt + limits.signatureSkewMs <= nowMs)
    throw refused(`it had expired at ${iso(expiresAt)}; the machine's clock says ${iso(nowMs)}`);
  if (expiresAt > nowMs + limits.commandExpiryMsMax + limits.signatureSkewMs)
    throw refused(`it would live until ${iso(expiresAt)}, which is too long`);
  if (!(await nonces.take(nonce, id, expiresAt + limits.signatureSkewMs)))
    throw refused('it was used for another command before');
  return { ...pinned, nonce };
}

function refused(why: string): Problem {
  return new Problem('signature-refused', `The signature does not count: ${why}.`);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
