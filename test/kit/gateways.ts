/** Real gateways before a relay or on the way to it, each with a configuration of its own: nginx, and mitmproxy with its own authority. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { programOf } from './parts.ts';
import { openTemporaryFolder } from './projects.ts';

/** mitmproxy as the proxy of a company that looks into TLS; `caFile` is the root that it made for itself. */
export async function openMitmproxy(): Promise<
  AsyncDisposable & { readonly proxy: ProxyServer; readonly caFile: string }
> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  await mkdir(folder.path, { recursive: true });
  const port = await freePort();
  const args = ['--listen-host', '127.0.0.1', '--listen-port', `${port}`, '--set', `confdir=${folder.path}`];
  opened.use(running(spawn(programOf('mitmproxy'), [...args, '--ssl-insecure', '-q'], { stdio: 'ignore' })));
  const caFile = join(folder.path, 'mitmproxy-ca-cert.pem');
  await eventually(async () => existsSync(caFile) && (await accepts(port)), { timeoutMs: 30_000 });
  const held = opened.move();
  return {
    proxy: { url: new URL(`http://127.0.0.1:${port}`), source: 'HTTPS_PROXY' },
    caFile,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** nginx before a relay, with these lines in its location. */
export async function openNginx(target: string, lines = ''): Promise<AsyncDisposable & { readonly url: string }> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await openTemporaryFolder());
  await mkdir(join(path, 'tmp'), { recursive: true });
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${path}/tmp/${name};`,
  );
  const server = `server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; proxy_set_header Host $http_host; ${lines} } }`;
  const config = `daemon off; master_process off; pid ${path}/nginx.pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')} ${server} }`;
  await writeFile(join(path, 'nginx.conf'), config);
  opened.use(running(spawn(programOf('nginx'), ['-c', join(path, 'nginx.conf'), '-e', 'stderr'], { stdio: 'ignore' })));
  await eventually(() => accepts(port), { timeoutMs: 20_000 });
  const held = opened.move();
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function running(child: ChildProcess): AsyncDisposable {
  const ended = once(child, 'exit');
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}
