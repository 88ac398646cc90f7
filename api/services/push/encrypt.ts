/** Message encryption for Web Push (RFC 8291): one record of `aes128gcm` (RFC 8188), for the keys of a subscription. */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

export interface ReceiverKeys {
  /** Public key of the device, an uncompressed point of P-256, in base64url. */
  readonly p256dh: string;
  /** 16 bytes, in base64url. */
  readonly auth: string;
}

/** What is random in a message; given only by tests with a vector. */
export interface Randomness {
  readonly salt: Uint8Array;
  /** Private key of the sender, for this message alone. */
  readonly privateKey: Uint8Array;
}

const RECORD_BYTES = 4096;
/** Ends the last record (RFC 8188, section 2). */
const LAST_RECORD = 2;

/** Encrypts a message of at most 3,993 bytes. Throws for a public key that is not a point of P-256. */
export function encryptMessage(message: Uint8Array, to: ReceiverKeys, given?: Randomness): Buffer {
  const sender = createECDH('prime256v1');
  if (given === undefined) sender.generateKeys();
  else sender.setPrivateKey(given.privateKey);
  const salt = given?.salt ?? randomBytes(16);
  const receiverKey = Buffer.from(to.p256dh, 'base64url');
  const senderKey = sender.getPublicKey();
  const secret = sender.computeSecret(receiverKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiverKey, senderKey]);
  const keyMaterial = derive(secret, Buffer.from(to.auth, 'base64url'), info, 32);
  const key = derive(keyMaterial, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(keyMaterial, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(message), cipher.update(Buffer.from([LAST_RECORD])), cipher.final()]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(RECORD_BYTES);
  head.writeUInt8(senderKey.length, 4);
  return Buffer.concat([salt, head, senderKey, text, cipher.getAuthTag()]);
}

function derive(key: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, bytes));
}
