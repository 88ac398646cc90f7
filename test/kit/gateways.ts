/** Real gateways before a relay or on the way to it, each with a configuration of its own: nginx, and mitmproxy and squid with authorities of their own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { createCertificate } from './certificate.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { findPart, missingHere, programOf } from './parts.ts';
import { openTemporaryFolder } from './projects.ts';

/** A proxy of a company that looks into TLS. */
export interface OpeningProxy extends AsyncDisposable {
  readonly proxy: ProxyServer;
  /** Its root. */
  readonly caFile: string;
}

/** mitmproxy, with the root that it made for itself. `host` (with its port) is this machine to it, whatever DNS says. */
export async function openMitmproxy(host?: string): Promise<OpeningProxy> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  await mkdir(folder.path, { recursive: true });
  const port = await freePort();
  const args = ['--listen-host', '127.0.0.1', '--listen-port', `${port}`, '--set', `confdir=${folder.path}`];
  const here = host?.replace(/^[^:]+/, 'localhost');
  // Else it would ask the relay for its name before it is told where that is.
  const mapped = ['--map-remote', `|https://${host}/|https://${here}/`, '--set', 'connection_strategy=lazy'];
  if (host !== undefined) args.push(...mapped, '--set', 'upstream_cert=false');
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

/** Makes certificates for squid, where it was built with OpenSSL. */
function certificateMaker(squid: string): string {
  return join(dirname(squid), '..', 'lib', 'squid', 'security_file_certgen');
}

/** Why squid cannot open TLS here; false where it can. */
export function needsOpeningSquid(): string | false {
  const squid = findPart('squid');
  return (squid === undefined || !existsSync(certificateMaker(squid))) && `squid-openssl: ${missingHere}`;
}

/** squid with the company's own root, whose name does not tell of squid. `host` is this machine to it. */
export async function openOpeningSquid(host?: string): Promise<OpeningProxy> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await openTemporaryFolder());
  await mkdir(path, { recursive: true });
  const port = await freePort();
  const squid = programOf('squid');
  const [caFile, keyFile, made] = [join(path, 'ca.pem'), join(path, 'ca.key'), join(path, 'made')];
  const root = createCertificate('Corp Root');
  await writeFile(caFile, root.cert);
  await writeFile(keyFile, root.key);
  const maker = [certificateMaker(squid), '-s', made, '-M', '4MB'] as const;
  await promisify(execFile)(maker[0], ['-c', ...maker.slice(1)]);
  const hostsFile = join(path, 'hosts');
  if (host !== undefined) await writeFile(hostsFile, `127.0.0.1 ${host}\n`);
  // Started as root, squid goes on as somebody else.
  for (const name of ['', 'ca.pem', 'ca.key', 'made', 'made/certs', 'made/index.txt', 'made/size'])
    await chmod(join(path, name), 0o777);
  const lines = [
    ...(host === undefined ? [] : [`hosts_file ${hostsFile}`]),
    `http_port 127.0.0.1:${port} ssl-bump tls-cert=${caFile} tls-key=${keyFile} generate-host-certificates=on`,
    `sslcrtd_program ${maker.join(' ')}`,
    'sslcrtd_children 1 startup=1',
    'tls_outgoing_options flags=DONT_VERIFY_PEER',
    'sslproxy_cert_error allow all',
    'ssl_bump bump all',
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
  const config = join(path, 'squid.conf');
  await writeFile(config, `${lines.join('\n')}\n`);
  opened.use(running(spawn(squid, ['-N', '-n', `sallyport${port}`, '-f', config], { stdio: 'ignore' })));
  await eventually(() => accepts(port), { timeoutMs: 30_000 });
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
