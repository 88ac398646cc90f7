/** Keys of devices whose signed commands this machine accepts. The owner pins them on the machine, by the fingerprint that the device shows. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { Fingerprint, PublicKey } from '#contract/device-key.ts';
import { Id, Name } from '#contract/document.ts';
import { fingerprintOf } from '#contract/signing.ts';
import { type DamagedFile, heeding, moveAway, readKept, writePrivate } from '../data/private-file.ts';

const PinnedKey = v.object({
  fingerprint: Fingerprint,
  publicKey: PublicKey,
  name: Name,
  /** Id of this machine when the key was pinned. Signatures are for that id. */
  machine: Id,
  pinnedAt: v.string(),
});
export type PinnedKey = v.InferOutput<typeof PinnedKey>;

/** The keys pinned in a data folder. Throws DamagedFile. */
export function readPins(folder: string): readonly PinnedKey[] {
  const file = fileIn(folder);
  const pins = readKept(file, v.array(PinnedKey), {
    unknown: 'which devices may sign commands, and none may',
    says: 'Bring back a copy of it, or move it away and pin each device again:',
    copy: `${moveAway(file)} && sallyport devices pin KEY`,
  });
  // Anyone who can write the file may pin any key; but each fingerprint must belong to its key.
  return (pins ?? []).filter((pin) => pin.fingerprint === fingerprintOfKey(pin.publicKey));
}

/** The keys that are pinned now. */
export type Pins = () => readonly PinnedKey[];

/** The same, read at each call, so that a change applies at once. A damaged file pins none, and `heed` hears of it. */
export function createPins(folder: string, heed: (damage: DamagedFile | undefined) => void): Pins {
  return heeding(
    () => readPins(folder),
    () => [],
    heed,
  );
}

/** Replaces the keys pinned in a data folder. */
export async function writePins(folder: string, pins: readonly PinnedKey[]): Promise<void> {
  await writePrivate(fileIn(folder), `${JSON.stringify(pins, undefined, 2)}\n`);
}

/** The fingerprint of a public key in base64url. */
export function fingerprintOfKey(publicKey: string): string {
  return fingerprintOf(createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest());
}

function fileIn(folder: string): string {
  return join(folder, 'device-keys.json');
}
