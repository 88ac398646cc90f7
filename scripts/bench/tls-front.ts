/** What stands before a relay in most places: TLS with a certificate of its own, and a count of all bytes that pass. */
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createCertificate } from '../../test/kit/certificate.ts';

export interface TlsFront extends AsyncDisposable {
  readonly url: string;
  /** The file of the certificate, for `--ca`. */
  readonly ca: string;
  /** Bytes on the wire so far, both ways, with those of TLS. */
  bytes(): number;
}

/** Passes requests on to `target`; its certificate lies in `folder`. */
export async function openTlsFront(target: string, folder: string): Promise<TlsFront> {
  const { cert, key } = createCertificate();
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, cert);
  const sockets: Socket[] = [];
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const passed = request(new URL(url, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, outgoing, () => {});
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    pipeline(incoming, passed, () => {});
  });
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca,
    bytes: () => sockets.reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
