/**
 * Clients by the thousand in one process, reading as little of what comes as they can: raw sockets that count messages by a mark.
 * `node readers.ts <sse|ws|socket.io> <url> <count> <mark> [header…]` prints `{"open":count}`, then after each line on stdin
 * `{"messages":n,"lastAt":ms since 1970}` of what has come so far.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const [kind = '', address = '', countText = '', mark = '', ...headers] = process.argv.slice(2);
const url = new URL(address);
const count = Number(countText);
const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];
const request = [
  `GET ${url.pathname}${url.search} HTTP/1.1`,
  `Host: ${url.host}`,
  ...(kind === 'sse' ? [] : upgrade),
  ...headers,
];

let messages = 0;
let lastAt = 0;
let open = 0;

for (let n = 0; n < count; n++) {
  // Not all at once: a listening socket's backlog is finite, and this is no test of it.
  if (n % 100 === 99) await delay(20);
  const socket = connect(Number(url.port), url.hostname, () => socket.write(`${request.join('\r\n')}\r\n\r\n`));
  let isOpen = false;
  /** The end of the last chunk: a mark may lie across two. */
  let carried = '';
  socket.on('data', (chunk: Buffer) => {
    if (!isOpen) {
      isOpen = true;
      open += 1;
      // Engine.IO opens with a packet of its own; the answer to it, masked with zeros, joins the default namespace.
      if (kind === 'socket.io') socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]));
    }
    const text = carried + chunk.toString('latin1');
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) messages += 1;
    carried = text.slice(1 - mark.length);
    lastAt = performance.timeOrigin + performance.now();
  });
  socket.on('error', () => undefined);
}
while (open < count) await delay(20);
await delay(500);
console.log(JSON.stringify({ open }));

for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify({ messages, lastAt }));
process.exit();
