/** One request over a connection of its own, whose answer is looked at as it arrives: for what the bridge's client does not do. */
import { type IncomingMessage, request } from 'node:http';
import { VERSION } from '#contract/version.ts';
import type { Ground } from './check.ts';

interface Asked {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Whether the machine's key is sent along. */
  readonly withKey?: boolean;
}

/** The beginning of the answer; its body is still to be read. Rejects with the error of the connection. */
export async function exchange(ground: Ground, { method, path, withKey = false }: Asked): Promise<IncomingMessage> {
  const { origin, key, shared, signal } = ground;
  const socket = await shared.connect('secure');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = {
    host: origin?.host ?? '',
    accept: 'text/event-stream, application/json',
    'user-agent': `sallyport/${VERSION}`,
    ...(withKey && key !== undefined ? { authorization: `Bearer ${key}` } : {}),
    ...(method === 'POST' ? { 'content-type': 'application/octet-stream', 'content-length': '0' } : {}),
  };
  const asked = request({ method, path, headers, createConnection: () => socket, signal }, resolve);
  asked.on('error', reject);
  asked.end();
  return await promise;
}
