/** A push service (RFC 8030) of this machine, and a device that reads its messages by WebCrypto: a second implementation of RFC 8291 and RFC 8292 beside the relay's. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

const p256 = { name: 'ECDH', namedCurve: 'P-256' };
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const utf8 = (text: string) => new TextEncoder().encode(text);

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface PushTestService extends AsyncDisposable {
  readonly host: string;
  readonly url: string;
  readonly received: readonly Received[];
  /** Status of the next answers. */
  answerWith(status: number): void;
}

/** Starts a service on loopback. */
export async function openPushService(): Promise<PushTestService> {
  const received: Received[] = [];
  let status = 201;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body: new Uint8Array(Buffer.concat(chunks)) });
      response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    received,
    answerWith: (next) => {
      status = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface PushTestDevice {
  readonly keys: { readonly p256dh: string; readonly auth: string };
  read(body: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** A device with new keys, or with those of a test vector. */
export async function createPushDevice(vector?: {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly auth: string;
}): Promise<PushTestDevice> {
  const pair = vector === undefined ? await crypto.subtle.generateKey(p256, true, ['deriveBits']) : undefined;
  const raw = pair && new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const publicKey = raw ?? bytes(vector?.publicKey ?? '');
  const jwk = vector && {
    ...{ kty: 'EC', crv: 'P-256', d: vector.privateKey },
    x: Buffer.from(publicKey.slice(1, 33)).toString('base64url'),
    y: Buffer.from(publicKey.slice(33)).toString('base64url'),
  };
  const privateKey = pair?.privateKey ?? (await crypto.subtle.importKey('jwk', jwk ?? {}, p256, false, ['deriveBits']));
  const auth = vector === undefined ? crypto.getRandomValues(new Uint8Array(16)) : bytes(vector.auth);
  return {
    keys: {
      p256dh: Buffer.from(publicKey).toString('base64url'),
      auth: Buffer.from(auth).toString('base64url'),
    },
    read: async (body) => await decrypt(body, privateKey, publicKey, auth),
  };
}

async function decrypt(
  body: Uint8Array<ArrayBuffer>,
  privateKey: CryptoKey,
  publicKey: Uint8Array<ArrayBuffer>,
  auth: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const salt = body.slice(0, 16);
  const keyLength = body[20] ?? 0;
  const senderRaw = body.slice(21, 21 + keyLength);
  const sender = await crypto.subtle.importKey('raw', senderRaw, p256, false, []);
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: sender }, privateKey, 256);
  const info = new Uint8Array([...utf8('WebPush: info\0'), ...publicKey, ...senderRaw]);
  const material = await hkdf(secret, auth, info, 256);
  const key = await hkdf(material, salt, utf8('Content-Encoding: aes128gcm\0'), 128);
  const iv = await hkdf(material, salt, utf8('Content-Encoding: nonce\0'), 96);
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const plain = new Uint8Array(
    await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(iv) }, aes, body.slice(21 + keyLength)),
  );
  const end = plain.findLastIndex((byte) => byte !== 0);
  if (plain[end] !== 2) throw new Error('not the last record');
  return new TextDecoder().decode(plain.slice(0, end));
}

async function hkdf(key: ArrayBuffer, salt: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>, bits: number) {
  const from = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  return await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, from, bits);
}

/** The claims of a VAPID header whose signature is that of its key. Throws if it is not. */
export async function readVapid(header: string): Promise<{ readonly key: string; readonly claims: unknown }> {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const known = await crypto.subtle.importKey('raw', bytes(key), ecdsa, false, ['verify']);
  const isSigned = await crypto.subtle.verify(ecdsa, known, bytes(signature), utf8(`${head}.${claims}`));
  if (!isSigned) throw new Error('the signature is not that of the key');
  return { key, claims: JSON.parse(new TextDecoder().decode(bytes(claims))) };
}
