/** A pipe in front of the relay that counts what goes through, and may look at it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CountingProxy extends AsyncDisposable {
  readonly url: string;
  /** Bytes that went towards the relay since the last reset. */
  sentBytes(): number;
  reset(): void;
}

/** Listens on a free port and pipes every connection to `target`; `look` is given all bytes of both directions. */
export async function startCountingProxy(
  target: string,
  look: (bytes: Buffer) => void = () => undefined,
): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let sent = 0;
  const server = createServer((inner) => {
    const outer = connect(Number(port), hostname);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    inner.on('data', (chunk) => {
      sent += chunk.length;
    });
    for (const socket of [inner, outer]) socket.on('data', look);
    inner.pipe(outer);
    outer.pipe(inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    sentBytes: () => sent,
    reset: () => {
      sent = 0;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
