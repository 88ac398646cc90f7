/** A port of 127.0.0.1 that nobody listens on. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Asks the system for a free port and gives it back at once: between that and its use another may take it, so what takes long to start tries again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
