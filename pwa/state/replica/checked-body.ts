/** All bytes of documents pass through here, from the relay (singly or in bulk) and from the replica. Bytes that do not match their rev are discarded. */

/** A body as it is stored: text if the bytes are UTF-8 (including a byte order mark), else the bytes. */
export type BodyKept = string | Uint8Array<ArrayBuffer>;

/** A body to be read. */
export interface BodyText {
  readonly text: string;
  /** Whether the text is exact. Otherwise it has replacement characters and must not be written back. */
  readonly exact: boolean;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The body, if its bytes hash to the rev; undefined otherwise. */
export async function checkedBody(rev: string, body: BodyKept): Promise<BodyKept | undefined> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (!(await isRevOf(bytes, rev))) return undefined;
  if (typeof body === 'string') return body;
  try {
    return strict.decode(body);
  } catch {
    return body;
  }
}

/** A checked body, to be read. */
export function bodyText(body: BodyKept): BodyText {
  return typeof body === 'string' ? { text: body, exact: true } : { text: lenient.decode(body), exact: false };
}

/** The bytes of base64; undefined if it is invalid. */
export function bytesOfBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Bytes as base64. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Not checked if the browser cannot hash (plain http beyond loopback), where the page itself is not protected either. */
async function isRevOf(bytes: Uint8Array<ArrayBuffer>, rev: string): Promise<boolean> {
  if (globalThis.crypto.subtle === undefined) return true;
  return (await revOf(bytes)) === rev;
}

/** SHA-256 (hex) of bytes. Needs a secure page, as https and localhost are. */
export async function revOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
