/** A forward proxy that fails in the ways that proxies do; and real ones (squid, tinyproxy, microsocks), each on a free port of loopback with a configuration of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { programOf } from './parts.ts';
import { openTemporaryFolder } from './projects.ts';

/** What it does with a CONNECT: a tunnel, no answer at all, a reset, this answer, or a tunnel after this one. */
export type Fault = 'none' | 'silence' | 'reset' | { readonly answer: string } | { readonly welcome: string };

export interface FaultProxy extends AsyncDisposable {
  readonly proxy: ProxyServer;
  fault: Fault;
  /** Heads of the CONNECT requests so far. */
  readonly connects: string[];
}

/** Starts a proxy with a fault. */
export async function openFaultProxy(fault: Fault, credentials = ''): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const connects: string[] = [];
  const server = createServer((inner) => {
    sockets.add(inner);
    inner.on('error', () => inner.destroy());
    inner.once('data', (head) => {
      connects.push(head.toString('latin1'));
      if (box.fault === 'reset') inner.resetAndDestroy();
      else if (typeof box.fault === 'object' && 'answer' in box.fault) inner.end(box.fault.answer);
      else if (box.fault !== 'silence') {
        const welcome = box.fault === 'none' ? 'HTTP/1.1 200 Connection established\r\n\r\n' : box.fault.welcome;
        tunnel(inner, head.toString('latin1'), welcome, sockets);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const box: FaultProxy = {
    proxy: proxyAt((server.address() as AddressInfo).port, credentials),
    fault,
    connects,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return box;
}

function tunnel(inner: Socket, head: string, welcome: string, sockets: Set<Socket>): void {
  const [, host = '', port = ''] = /^CONNECT ([^:\s]+):(\d+)/.exec(head) ?? [];
  const outer = connect(Number(port), host, () => inner.write(welcome));
  sockets.add(outer);
  outer.on('error', () => inner.destroy());
  outer.on('close', () => inner.destroy());
  inner.on('close', () => outer.destroy());
  inner.pipe(outer);
  outer.pipe(inner);
}

function proxyAt(port: number, credentials = ''): ProxyServer {
  return { url: new URL(`http://${credentials}127.0.0.1:${port}`), source: 'HTTPS_PROXY' };
}

export interface RealProxy extends AsyncDisposable {
  readonly proxy: ProxyServer;
}

/** Starts squid; `hosts` (lines of a hosts file) are names that only it knows. */
export async function openSquid(hosts?: string): Promise<RealProxy> {
  return await openRealProxy(async (folder, port) => {
    const config = join(folder, 'squid.conf');
    const hostsFile = join(folder, 'hosts');
    if (hosts !== undefined) {
      await writeFile(hostsFile, hosts);
      // Started as root, squid reads it as somebody else.
      await chmod(folder, 0o755);
    }
    const lines = [
      ...(hosts === undefined ? [] : [`hosts_file ${hostsFile}`]),
      `http_port 127.0.0.1:${port}`,
      'http_access allow localhost',
      'http_access deny all',
      'cache deny all',
      'shutdown_lifetime 0 seconds',
      'pid_filename none',
      'cache_log /dev/null',
      'access_log none',
      'netdb_filename none',
      'pinger_enable off',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    // A name of its own: its shared memory is called after it.
    return spawn(programOf('squid'), ['-N', '-n', `sallyport${port}`, '-f', config], { stdio: 'ignore' });
  });
}

/** Starts tinyproxy; with a name and password if it is to want them. */
export async function openTinyproxy(basicAuth?: {
  readonly name: string;
  readonly password: string;
}): Promise<RealProxy> {
  return await openRealProxy(async (folder, port) => {
    const config = join(folder, 'tinyproxy.conf');
    const lines = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 600',
      'Allow 127.0.0.1',
      ...(basicAuth === undefined ? [] : [`BasicAuth ${basicAuth.name} ${basicAuth.password}`]),
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    return spawn(programOf('tinyproxy'), ['-d', '-c', config], { stdio: 'ignore' });
  });
}

/** Starts microsocks, a SOCKS5 proxy; with a name and password if it is to want them. */
export async function openMicrosocks(auth?: { readonly name: string; readonly password: string }): Promise<RealProxy> {
  const wanted = auth === undefined ? [] : ['-u', auth.name, '-P', auth.password];
  const started = await openRealProxy(async (_, port) =>
    spawn(programOf('microsocks'), ['-i', '127.0.0.1', '-p', String(port), ...wanted], { stdio: 'ignore' }),
  );
  const { port } = started.proxy.url;
  return { ...started, proxy: { url: new URL(`socks5h://127.0.0.1:${port}`), source: 'ALL_PROXY' } };
}

async function openRealProxy(start: (folder: string, port: number) => Promise<ChildProcess>): Promise<RealProxy> {
  const folder = await openTemporaryFolder();
  await mkdir(folder.path, { recursive: true });
  const port = await freePort();
  const child = await start(folder.path, port);
  const ended = once(child, 'exit');
  await eventually(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
  return {
    proxy: proxyAt(port),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
