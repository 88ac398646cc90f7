/** A reverse proxy that gives each request to the next of several relays, so that nothing of a conversation stays in one process. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface RoundRobin extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** How many requests each target got. */
  readonly counts: readonly number[];
}

/** Starts it in front of `targets` (origins), on `port` or a free one. A target that does not answer gives 502. */
export async function openRoundRobin(targets: readonly string[], port = 0): Promise<RoundRobin> {
  const counts = targets.map(() => 0);
  let next = 0;
  const server = createServer((incoming, outgoing) => {
    const index = next++ % targets.length;
    counts[index] = (counts[index] ?? 0) + 1;
    const onward = request(new URL(incoming.url ?? '/', targets[index]), {
      method: incoming.method ?? 'GET',
      headers: incoming.headers,
      agent: false,
    });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      pipeline(answer, outgoing).catch(() => outgoing.destroy());
    });
    onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    outgoing.on('close', () => onward.destroy());
    pipeline(incoming, onward).catch(() => undefined);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const own = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    counts,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
