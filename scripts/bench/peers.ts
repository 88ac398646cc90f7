/**
 * The servers that the relay is measured beside, as programs: `node peers.ts <name>` prints `{"port":…}`, then does what it is told
 * by lines on stdin. `sse`: bare Node, the floor of a stream; `ws` and `socket.io`: the usual alternatives. `{"publish":n,"burst":k,"everyMs":t,"bytes":b}`
 * sends n times k messages to every client and prints `{"published":n}`.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Server as SocketIo } from 'socket.io';
import { WebSocketServer } from 'ws';

const server = createServer();
server.keepAliveTimeout = 120_000;

const broadcasts: Record<string, () => (text: string) => void> = {
  sse: () => {
    const readers = new Set<ServerResponse>();
    server.on('request', (_, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      readers.add(response);
      response.on('close', () => readers.delete(response));
    });
    return (text) => {
      const chunk = `id: 1\nevent: data\ndata: ${text}\n\n`;
      for (const reader of readers) reader.write(chunk);
    };
  },
  ws: () => {
    const sockets = new WebSocketServer({ server });
    return (text) => {
      for (const socket of sockets.clients) socket.send(text);
    };
  },
  'socket.io': () => {
    const io = new SocketIo(server, { transports: ['websocket'] });
    return (text) => void io.emit('event', text);
  },
};

const name = process.argv[2] ?? '';
const broadcast = broadcasts[name]?.();
if (broadcast === undefined) throw new Error(`no peer ${name}`);
server.listen(0, '127.0.0.1', 4096, () =>
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })),
);

for await (const line of createInterface({ input: process.stdin })) {
  const { publish, burst, everyMs, bytes } = JSON.parse(line) as Record<
    'publish' | 'burst' | 'everyMs' | 'bytes',
    number
  >;
  for (let n = 0; n < publish; n++) {
    for (let k = 0; k < burst; k++) broadcast(JSON.stringify({ n, text: `@@${'x'.repeat(bytes)}` }));
    await delay(everyMs);
  }
  console.log(JSON.stringify({ published: publish }));
}
process.exit();
