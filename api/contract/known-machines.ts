/**
 * The machines that a device knows, each by its own key, since it first attached to a sealed channel there: a relay that plays one of them has
 * another key. App and command line keep the list where they keep their own keys.
 */
import { bytesOf } from './base64.ts';
import { unwrapKeys } from './key-wrapping.ts';
import { holdKeys, type KeysHeld } from './keys-held.ts';
import { type KnownMachines, knownToSeal, type NamedMachine } from './known-to-seal.ts';
import type { WrappedKeys } from './sealed.ts';
import { type AskedFor, vouchText } from './sealing.ts';
import { fingerprintOf, showFingerprint } from './signing.ts';

export interface MachineMemory {
  known(): Promise<KnownMachines>;
  /** From now on this is the key of the machine. */
  meet(machine: NamedMachine, key: string): Promise<void>;
}

/** The answer has another key than the machine. `believe` takes that one in the place of the old one; it is absent where the answer is none to what was asked. */
export class MachineChanged extends Error {
  override readonly name = 'MachineChanged';
  readonly believe: (() => Promise<void>) | undefined;
  constructor(words: string, believe?: () => Promise<void>) {
    super(words);
    this.believe = believe;
  }
}

/** The keys of an attach, and what is to be said of a machine that is met for the first time; commands and keys in it stand between backticks. */
export interface AnswerOpened {
  readonly keys: KeysHeld;
  readonly met: readonly string[];
}

/** Opens the answer to what was asked for, if the machine vouches for it that this device knows, or has never met. Then it knows it. Throws MachineChanged. */
export async function openAnswer(
  own: CryptoKeyPair,
  machine: NamedMachine,
  asked: AskedFor,
  key: WrappedKeys,
  memory: MachineMemory,
): Promise<AnswerOpened> {
  const { id, name } = machine;
  const by = bytesOf(key.by);
  if (!(await isVouched(by, asked, key)))
    throw new MachineChanged(`This is no answer of ${name} to this device: somebody may be playing it.`);
  const known = await memory.known();
  const before = Object.hasOwn(known, id) ? known[id] : undefined;
  const shown = showFingerprint(fingerprintOf(new Uint8Array(await crypto.subtle.digest('SHA-256', by))));
  const meet = () => memory.meet({ id, name }, key.by);
  const compare = (how: string) => `Run \`sallyport status\` there, and check ${how} it shows this key: \`${shown}\`.`;
  if (before !== undefined && before.key !== key.by)
    throw new MachineChanged(
      `${name} has another key than before: somebody may be playing it. ${compare('whether')}`,
      meet,
    );
  const keys = await holdKeys(key.attach, await unwrapKeys(own, asked, key));
  if (before !== undefined) return { keys, met: [] };
  await meet();
  const first = `You meet ${name} for the first time. ${compare('that')}`;
  const namesake = `Another machine was called ${name} before. If nobody has replaced it, somebody may be playing it.`;
  return { keys, met: knownToSeal(known, machine) === 'this' ? [namesake, first] : [first] };
}

async function isVouched(by: Uint8Array<ArrayBuffer>, asked: AskedFor, key: WrappedKeys): Promise<boolean> {
  const verifying = await crypto.subtle.importKey('raw', by, 'Ed25519', false, ['verify']);
  const text = new TextEncoder().encode(vouchText({ ...asked, ...key }));
  return await crypto.subtle.verify('Ed25519', verifying, bytesOf(key.signature), text);
}
