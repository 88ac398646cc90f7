/** The keys of machines that this command line has attached to: a relay that plays one of them has another key. */
import { createPublicKey, verify } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { PublicKey } from '#contract/device-key.ts';
import { Problem } from '#contract/problems.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import { vouchText } from '#contract/sealing.ts';
import type { OwnKey } from '../device-key.ts';
import { readParsed, writePrivate } from '../private-file.ts';

const Known = v.record(v.string(), PublicKey);

/** The keys, if the machine vouches for them that this command line knows, or has never met. Throws `machine-changed`. */
export async function knownKeys(
  { file: ownFile }: Pick<OwnKey, 'file'>,
  machine: string,
  channel: string,
  keys: WrappedKeys,
): Promise<WrappedKeys> {
  const file = join(dirname(ownFile), 'known-machines.json');
  const known = readParsed(file, Known) ?? {};
  const by = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: keys.by }, format: 'jwk' });
  const text = Buffer.from(vouchText({ channel, ...keys }));
  const isOf = (Object.hasOwn(known, machine) ? known[machine] : keys.by) === keys.by;
  if (!isOf || !verify(undefined, text, by, Buffer.from(keys.signature, 'base64url')))
    throw new Problem('machine-changed', `If its data folder was made anew, remove ${machine} from ${file}.`);
  if (!Object.hasOwn(known, machine))
    await writePrivate(file, `${JSON.stringify({ ...known, [machine]: keys.by }, undefined, 2)}\n`);
  return keys;
}
