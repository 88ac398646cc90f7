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

/** Where something is sealed for: it opens nowhere else. */
export interface SealedPlace {
  /** Id of the record. */
  readonly channel: string;
  readonly direction: Direction;
  readonly counter: number;
}

/**
 * What follows from each key, as HMAC-SHA-256 of a text with it: the key that makes its nonces, and the name by which an entry says with which
 * key it is sealed.
 */
export const derived = { nonces: `${PROTOCOL} nonces`, name: `${PROTOCOL} key name` } as const;

/** Bytes of a key, of a nonce of AES-256-GCM, and of the name of a key. */
export const keyBytes = 32;
export const nonceBytes = 12;
export const keyNameBytes = 9;

/** What is authenticated beside the content, as UTF-8: what was sealed for one place opens in no other. */
export function placeText({ channel, direction, counter }: SealedPlace): string {
  return `${PROTOCOL} sealed\n${canonicalJson({ channel, direction, counter })}`;
}

/**
 * The nonce is the beginning of HMAC-SHA-256 of this text, as UTF-8, and the content. So a counter that is used twice has two nonces: a machine
 * or a device that is put back to where it was, with its memory, counts again, and seals something else.
 */
export function nonceText(place: SealedPlace): string {
  return `${placeText(place)}\n`;
}

/** What a device seals of an input. `at` in ms since 1970 by its own clock. */
export interface InputSealed {
  readonly input: unknown;
  readonly at: number;
}
