/** The machines that this command line has attached to, with their keys: a relay that plays one of them has another key. Each of them seals. */
import { createPublicKey, verify } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { PublicKey } from '#contract/device-key.ts';
import { holdKeys, type KeysHeld } from '#contract/keys-held.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import { type AskedFor, vouchText } from '#contract/sealing.ts';
import { showFingerprint } from '#contract/signing.ts';
import type { OwnKey } from '../device-key.ts';
import { fingerprintOfKey } from '../pins.ts';
import { readKept, writePrivate } from '../private-file.ts';
import { quoted } from '../quoted.ts';
import { printError } from './output.ts';

/** By the machine's id. */
const Known = v.record(v.string(), v.object({ name: v.string(), key: PublicKey }));
type Known = v.InferOutput<typeof Known>;

export type NamedMachine = Pick<Machine, 'id' | 'name'>;

/** Opens the answer to what was asked for, if the machine vouches for it that this command line knows, or has never met. Then it knows it. Throws `machine-changed`. */
export async function openKeys(
  own: OwnKey,
  machine: NamedMachine,
  asked: AskedFor,
  key: WrappedKeys,
): Promise<KeysHeld> {
  const file = fileIn(dirname(own.file));
  const known = readKnown(file);
  const met = Object.hasOwn(known, machine.id) ? known[machine.id] : undefined;
  const by = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.by }, format: 'jwk' });
  const text = Buffer.from(vouchText({ ...asked, ...key }));
  if ((met?.key ?? key.by) !== key.by || !verify(undefined, text, by, Buffer.from(key.signature, 'base64url')))
    throw new Problem('machine-changed', `If its data folder was made anew, remove ${machine.id} from ${file}.`);
  const { unwrapKeys } = await import('#contract/key-wrapping.ts');
  const opened = await holdKeys(key.attach, await unwrapKeys((await own.sealing()).pair, asked, key));
  if (met === undefined) await meet(file, known, machine, key.by);
  return opened;
}

/** Of which machines the command line with this data folder has opened sealed channels: of this one (or of another of its name), of others, or of none. Throws where that cannot be known. */
export function knownToSeal(folder: string, { id, name }: NamedMachine): 'this' | 'others' | 'none' {
  const known = readKnown(fileIn(folder));
  if (Object.hasOwn(known, id) || isNamed(known, name)) return 'this';
  return Object.keys(known).length > 0 ? 'others' : 'none';
}

async function meet(file: string, known: Known, { id, name }: NamedMachine, key: string): Promise<void> {
  if (isNamed(known, name))
    printError(`Another machine was called ${name} before. If nobody has replaced it, somebody may be playing it.`);
  printError(`First time at ${name}: its key is ${showFingerprint(fingerprintOfKey(key))}.`);
  await writePrivate(file, `${JSON.stringify({ ...known, [id]: { name, key } }, undefined, 2)}\n`);
}

function isNamed(known: Known, name: string): boolean {
  return Object.values(known).some((one) => one.name === name);
}

function fileIn(folder: string): string {
  return join(folder, 'known-machines.json');
}

/** To forget all machines because of a damaged file would mean to believe the next that comes. */
function readKnown(file: string): Known {
  const known = readKept(file, Known, {
    unknown: 'which keys the machines had that were attached to',
    says: 'Bring back a copy of it, or move it away; then each machine is met for the first time:',
    copy: `mv ${quoted(file)} ${quoted(`${file}.damaged`)}`,
  });
  return known ?? {};
}
