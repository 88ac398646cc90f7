/** Serves `/metrics` on a separate address, so that operators' data never shares a port with the api. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reasonOf } from '#contract/reason.ts';
import { StartRefused } from './listen.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServer extends AsyncDisposable {
  readonly url: string;
}

/** Listens on `host:port`. Throws StartRefused if the address is taken. */
export async function startMetricsServer(
  { host, port }: { host: string; port: number },
  metrics: Metrics,
): Promise<MetricsServer> {
  const server = createServer(async (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only GET /metrics is here.\n');
      return;
    }
    const { text, type } = await metrics.read();
    response.writeHead(200, { 'content-type': type }).end(text);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new StartRefused(`Metrics cannot be served on ${host}:${port}: ${reasonOf(cause)}; see --metrics.`, {
      cause,
    });
  }
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}/metrics`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
