/**
 * Sealed channels: what goes through one opens only on devices that are pinned on its machine, and only these may type. Here are the texts
 * and bytes on which both sides must agree, without schemas and without I/O; `sealed.ts` has the schemas, `key-wrapping.ts` the keys.
 */
import { canonicalJson } from './signing.ts';
import { PROTOCOL } from './version.ts';

/** How a channel is sealed, as its record says it. A reader that does not know the name cannot read it. */
export const sealName = 'hpke-1';

/** The text by whose signature a device's first key (Ed25519) vouches for its sealing key (X25519), as UTF-8. */
export function proofText(sealingKey: string): string {
  return `${PROTOCOL} sealing key\n${sealingKey}`;
}

/** What the keys of a channel are wrapped for: for anything else they do not open. */
export interface WrappedFor {
  /** Id of the record. */
  readonly channel: string;
  /** Fingerprint of the device. */
  readonly device: string;
  /** Id of the attach, which the device names with each input. */
  readonly attach: string;
  /** Nonce of the command that has asked for them: the answer to an earlier one does not open, and no attach begins twice. */
  readonly nonce: string;
}

/** What a device asked for: keys of this channel, in a command with this nonce. */
export type AskedFor = Pick<WrappedFor, 'channel' | 'nonce'>;

/** The `info` of HPKE, as UTF-8. */
export function wrapText({ channel, device, attach, nonce }: WrappedFor): string {
  return `${PROTOCOL} channel keys\n${canonicalJson({ channel, device, attach, nonce })}`;
}

/** The text by whose signature a machine (Ed25519) vouches for keys that it has wrapped, as UTF-8. */
export function vouchText({ channel, device, attach, nonce, enc, wrapped }: WrappedFor & Wrapped): string {
  return `${PROTOCOL} vouched keys\n${canonicalJson({ channel, device, attach, nonce, enc, wrapped })}`;
}

/** What HPKE makes of keys, each as base64. */
export interface Wrapped {
  /** The encapsulated secret. */
  readonly enc: string;
  readonly wrapped: string;
}

/** `out`: entries. `screen`: snapshots. `piece`: output that was asked for. `in`: inputs. */
export type Direction = 'out' | 'screen' | 'piece' | 'in';

const numberOf: Readonly<Record<Direction, number>> = { out: 1, screen: 2, piece: 3, in: 4 };

/** The nonce of AES-256-GCM: the direction, and the counter in eight bytes. A counter of a key and direction is used once. */
export function nonceOf(direction: Direction, counter: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  bytes[0] = numberOf[direction];
  new DataView(bytes.buffer).setBigUint64(4, BigInt(counter));
  return bytes;
}

/** What is authenticated beside the content, as UTF-8: what was sealed for one place opens in no other. */
export function placeText(channel: string, direction: Direction, counter: number): string {
  return `${PROTOCOL} sealed\n${canonicalJson({ channel, direction, counter })}`;
}

/** What a device seals of an input. `at` in ms since 1970 by its own clock. */
export interface InputSealed {
  readonly input: unknown;
  readonly at: number;
}
