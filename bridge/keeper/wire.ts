/** The wire of the keeper: frames of a JSON header and raw bytes on a local socket. The client says the key, the keeper says hello, then calls are answered by their number, in any order. */
import type { Socket } from 'node:net';
import type { Child, ChildEnd, ChildWanted, FollowMore, InputMark, RefusalCode, Screen } from './keeper.ts';
import type { Stream } from './ring.ts';

/** What this bridge speaks, and what a keeper of an earlier release does that it still understands. Keepers of each protocol have a folder of their own. */
export const protocol = 1;
export const protocolBefore = protocol - 1;

const MIB = 1024 * 1024;
const headerBytesMax = 4 * MIB;
const bodyBytesMax = 32 * MIB;

/** What may be asked for, with its arguments and answer. A `start` has stdin as its body. */
export interface Calls {
  readonly start: { readonly args: Omit<ChildWanted, 'stdin'>; readonly value: { pid: number; isNew: boolean } };
  readonly children: { readonly args: object; readonly value: readonly Child[] };
  readonly follow: { readonly args: { id: string; after: number } & FollowMore; readonly value: ChildEnd };
  readonly screen: { readonly args: { id: string }; readonly value: Screen };
  readonly input: {
    readonly args: { id: string; position: number; data: string; mark?: InputMark };
    readonly value: { isApplied: boolean };
  };
  readonly resize: { readonly args: { id: string; cols: number; rows: number }; readonly value: null };
  readonly signal: { readonly args: { id: string; name: string }; readonly value: null };
  readonly close: { readonly args: { id: string }; readonly value: ChildEnd };
  readonly forget: { readonly args: { id: string }; readonly value: null };
}
export type CallName = keyof Calls;

/** From the client. `acked` are bytes of a following that were handled, `stop` ends one. */
export type Asked =
  | { readonly key: string }
  | { readonly ask: number; readonly call: CallName; readonly args: Calls[CallName]['args'] }
  | { readonly acked: number; readonly bytes: number }
  | { readonly stop: number };

export interface Hello {
  readonly protocol: number;
  /** Of Sallyport. */
  readonly version: string;
  readonly pid: number;
}

/** From the keeper. A `chunk` has its bytes as body. After `bye`, what was asked and not answered was not done. */
export type Said =
  | { readonly hello: Hello }
  | { readonly answer: number; readonly value: Calls[CallName]['value'] }
  | { readonly answer: number; readonly refusal: { readonly code: RefusalCode; readonly sentence: string } }
  | { readonly answer: number; readonly chunk: { position: number; stream: Stream; skipped: number } }
  | { readonly bye: true };

export function writeFrame(socket: Socket, header: Asked | Said, body: Uint8Array = new Uint8Array()): void {
  if (socket.destroyed || socket.writableEnded) return;
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(8);
  head.writeUInt32BE(json.length, 0);
  head.writeUInt32BE(body.length, 4);
  socket.cork();
  socket.write(Buffer.concat([head, json]));
  if (body.length > 0) socket.write(body);
  socket.uncork();
}

/** Calls `onFrame` for each frame that comes; a frame that is none ends the socket. */
export function readFrames(socket: Socket, onFrame: (header: unknown, body: Buffer) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted = 8;
  const take = () => {
    const all = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
    let at = 0;
    while (all.length - at >= 8) {
      const [header, body] = [all.readUInt32BE(at), all.readUInt32BE(at + 4)];
      if (header > headerBytesMax || body > bodyBytesMax) throw new Error('A frame is too large.');
      wanted = 8 + header + body;
      if (all.length - at < wanted) break;
      const from = at + 8 + header;
      onFrame(JSON.parse(all.toString('utf8', at + 8, from)), all.subarray(from, at + wanted));
      at += wanted;
      wanted = 8;
    }
    parts = at === all.length ? [] : [all.subarray(at)];
    length = all.length - at;
  };
  socket.on('data', (bytes: Buffer) => {
    parts.push(bytes);
    length += bytes.length;
    if (length < wanted) return;
    try {
      take();
    } catch (error) {
      socket.destroy(error instanceof Error ? error : undefined);
    }
  });
}
