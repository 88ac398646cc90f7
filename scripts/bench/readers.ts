/**
 * Clients by the thousand in one process, reading as little of what comes as they can: raw sockets that count messages by a mark.
 * `node readers.ts`, then lines on stdin: a group to open (it answers `{"open":n}` once its requests are held), or `{}`, which it answers by
 * `{"messages":n,"lastAt":ms since 1970}` of what has come to all groups so far.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A group of clients that all ask the same. `kind`: `poll` is held without a byte; the others begin with their headers. */
export interface ReaderGroup {
  readonly kind: 'sse' | 'ws' | 'socket.io' | 'poll';
  readonly url: string;
  readonly count: number;
  /** What stands once in every message. */
  readonly mark: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

const upgrade = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

let messages = 0;
let lastAt = 0;

/** Opens a group; resolves once all are held. */
async function open({ kind, url: address, count, mark, headers = [], body }: ReaderGroup): Promise<void> {
  const url = new URL(address);
  const isUpgraded = kind === 'ws' || kind === 'socket.io';
  const head = [
    `${body === undefined ? 'GET' : 'POST'} ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    ...(isUpgraded ? upgrade : []),
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...headers,
  ];
  const request = `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
  let held = 0;
  for (let n = 0; n < count; n++) {
    // Not all at once: a listening socket's backlog is finite, and this is no test of it.
    if (n % 100 === 99) await delay(20);
    const socket = connect(Number(url.port), url.hostname, () => {
      socket.write(request);
      if (kind === 'poll') held += 1;
    });
    let isOpen = false;
    /** The end of the last chunk: a mark may lie across two. */
    let carried = '';
    socket.on('data', (chunk: Buffer) => {
      if (!isOpen) {
        isOpen = true;
        if (kind !== 'poll') held += 1;
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
  while (held < count) await delay(20);
  await delay(500);
}

for await (const line of createInterface({ input: process.stdin })) {
  const told: ReaderGroup | Record<string, never> = JSON.parse(line);
  if (told.url === undefined) console.log(JSON.stringify({ messages, lastAt }));
  else {
    await open(told as ReaderGroup);
    console.log(JSON.stringify({ open: told.count }));
  }
}
process.exit();
