/** A SOCKS5 proxy of the test: it says what it is told to say, byte by byte or glued to what follows, and leads every name to loopback. Its own dialogue is read strictly, so that a wrong request fails the test. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as breath } from 'node:timers/promises';
import type { ProxyServer } from '../../bridge/net/proxy.ts';

export interface SocksManner {
  /** The method that it chooses; 2 wants a name and password, 255 refuses all. */
  readonly method: number;
  /** What it answers to a name and password; 0 accepts them. */
  readonly status: number;
  /** What it answers to CONNECT; 0 connects. */
  readonly reply: number;
  /** The bytes of its own address in an accepting answer, with their type before them. */
  readonly bound: readonly number[];
  /** Whether each byte of its own goes alone. */
  readonly isSliced: boolean;
  /** Ends the connection after so many bytes of its own. */
  readonly endsAfter: number;
  /** Says this instead of SOCKS, at once. */
  readonly instead: string | undefined;
}

export interface SlicedSocks extends AsyncDisposable {
  readonly proxy: ProxyServer;
  /** What it was asked to connect to: `type host:port`. */
  readonly targets: string[];
  /** Names and passwords that it was given. */
  readonly signIns: string[];
}

const manners: SocksManner = {
  method: 0,
  status: 0,
  reply: 0,
  bound: [1, 127, 0, 0, 1],
  isSliced: false,
  endsAfter: Number.POSITIVE_INFINITY,
  instead: undefined,
};

/** Starts one on a free port of loopback. */
export async function openSlicedSocks(manner: Partial<SocksManner> = {}, credentials = ''): Promise<SlicedSocks> {
  const sockets = new Set<Socket>();
  const told = { targets: [] as string[], signIns: [] as string[] };
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true).on('error', () => socket.destroy()));
    serve(socket, { ...manners, ...manner }, told, sockets).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...told,
    proxy: { url: new URL(`socks5h://${credentials}127.0.0.1:${port}`), source: 'ALL_PROXY' },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function serve(
  socket: Socket,
  manner: SocksManner,
  told: Pick<SlicedSocks, 'targets' | 'signIns'>,
  sockets: Set<Socket>,
): Promise<void> {
  const say = createSayer(socket, manner);
  if (manner.instead !== undefined) return await say(Buffer.from(manner.instead));
  const [version, count = 0] = await read(socket, 2);
  const offered = await read(socket, count);
  if (version !== 5) throw new Error('not SOCKS5');
  await say(Buffer.from([5, manner.method]));
  if (manner.method === 2) {
    if (!offered.includes(2)) throw new Error('a method that was not offered');
    const [, nameBytes = 0] = await read(socket, 2);
    const name = await read(socket, nameBytes);
    const password = await read(socket, (await read(socket, 1))[0] ?? 0);
    told.signIns.push(`${name}:${password}`);
    await say(Buffer.from([1, manner.status]));
  }
  const [, command, , type = 0] = await read(socket, 4);
  const size = type === 3 ? ((await read(socket, 1))[0] ?? 0) : type === 1 ? 4 : 16;
  const host = await read(socket, size);
  const port = (await read(socket, 2)).readUInt16BE();
  if (command !== 1) throw new Error('not CONNECT');
  told.targets.push(`${type} ${type === 3 ? host : host.toString('hex')}:${port}`);
  if (manner.reply !== 0) return await say(Buffer.from([5, manner.reply, 0, 1, 0, 0, 0, 0, 0, 0]));
  const outer = connect(port, '127.0.0.1');
  sockets.add(outer.on('error', () => socket.destroy()));
  await once(outer, 'connect');
  await say(Buffer.from([5, 0, 0, ...manner.bound, 4, 56]));
  outer.on('close', () => socket.destroy());
  socket.on('close', () => outer.destroy());
  socket.pipe(outer);
  outer.pipe(socket);
}

/** Writes as the manner says. */
function createSayer(socket: Socket, { isSliced, endsAfter }: SocksManner): (bytes: Buffer) => Promise<void> {
  let said = 0;
  return async (bytes) => {
    const allowed = bytes.subarray(0, Math.max(0, endsAfter - said));
    said += allowed.length;
    for (const byte of isSliced ? allowed : []) {
      socket.write(Buffer.from([byte]));
      await breath();
    }
    if (!isSliced && allowed.length > 0) socket.write(allowed);
    if (allowed.length < bytes.length) socket.end();
  };
}

async function read(socket: Socket, size: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = size === 0 ? Buffer.alloc(0) : socket.read(size);
    if (bytes?.length === size) return bytes;
    if (bytes !== null || socket.readableEnded || socket.destroyed) throw new Error('ended');
    await Promise.race([once(socket, 'readable'), once(socket, 'end')]);
  }
}
