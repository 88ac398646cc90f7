/** A real bridge behind the real proxies of a company that looks into TLS: refused with the name of the authority, and with that authority's root by `--ca` it works as elsewhere. */
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { limits } from '#contract/limits.ts';
import { trustRoots } from '../../bridge/net/trust.ts';
import { createAsk, openApi } from '../kit/api.ts';
import { createCertificate } from '../kit/certificate.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { needsOpeningSquid, type OpeningProxy, openMitmproxy, openOpeningSquid } from '../kit/gateways.ts';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';

/** A name that only the proxy knows: to what is on this machine, no proxy is used. */
const name = 'relay.example';
const first = 'specs/001-first-light/README.md';
/** Goes up by itself, in pieces. */
const large = 'specs/001-first-light/LARGE.md';

interface Row {
  readonly title: string;
  readonly open: (port: number) => Promise<OpeningProxy>;
  readonly issuer: string;
  readonly skip: string | false;
}

const rows: readonly Row[] = [
  {
    title: 'squid with ssl-bump',
    open: () => openOpeningSquid(name),
    issuer: 'Corp Root',
    skip: needs('squid') || needsOpeningSquid(),
  },
  {
    title: 'mitmproxy',
    open: (port) => openMitmproxy(`${name}:${port}`),
    issuer: 'mitmproxy',
    skip: needs('mitmproxy'),
  },
];

for (const { title, open, issuer, skip } of rows)
  test(`through ${title} a bridge names ${issuer}; with its root by --ca documents go up and commands are done`, {
    skip,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await openTemporaryFolder());
    const root = await makeSmallProject(join(path, 'shop'));
    await writeFile(join(root, large), `# Large\n\n${'It is long. '.repeat(60_000)}\n`);
    const { relay, ask, port } = await openTls(stack, path);
    const gateway = stack.use(await open(port));
    const { machine, key } = (await ask<Registered>('POST', '/v1/machines', { body: { name: 'laptop' } })).json;
    const start = (...more: readonly string[]) => {
      const args = ['run', '--url', `https://${name}:${port}`, '--key', key, '--data', join(path, 'data'), '--json'];
      return stack.use(
        startProgram('bridge/main.ts', [...args, ...more, root], { HTTPS_PROXY: gateway.proxy.url.href }),
      );
    };

    const refused = start();
    const { why } = await refused.line(({ event }) => event === 'trouble');
    assert.match(
      String(why),
      new RegExp(`${name}:${port} is .*--ca or NODE_EXTRA_CA_CERTS\\. ${issuer} issued it\\.$`),
    );
    assert.equal((await ask<{ status: string }>('GET', `/v1/machines/${machine.id}`)).json.status, 'never');
    await refused.end();

    await start('--ca', gateway.caFile).line(({ event }) => event === 'synced', 60_000);
    const read = async (of: string) => (await ask<Read>('GET', `/v1/machines/${machine.id}/documents/shop/${of}`)).json;
    // All of it has come, and hashes to its rev.
    await eventually(async () => (await read(large)).body === 'held');
    assert.ok((await stat(join(root, large))).size > limits.inlineBodyBytesMax);
    await writeFile(join(root, first), specText('Second light', { status: 'planned' }));
    const { rev } = await eventually(async () => {
      const document = await read(first);
      return document.title === 'Second light' && document;
    });
    const args = { project: 'shop', spec: '001', status: 'in-progress' };
    const sent = await ask<{ state: string }>('POST', `/v1/machines/${machine.id}/commands?wait=25`, {
      body: { kind: 'spec-metadata-update', args, ifRev: rev },
    });
    assert.equal(sent.json.state, 'done', JSON.stringify(sent.json));
    assert.match(await readFile(join(root, first), 'utf8'), /^status: in-progress$/m);
    assert.equal(relay.config.publicUrl?.hostname, name);
  });

interface Registered {
  readonly machine: { readonly id: string };
  readonly key: string;
}
interface Read {
  readonly rev: string;
  readonly title?: string;
  readonly body: string;
}

/** A relay that is known by the name, and who asks it from here. */
async function openTls(stack: AsyncDisposableStack, folder: string) {
  const { cert, key } = createCertificate(name);
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const port = await freePort();
  const address = ['--port', `${port}`, '--public-url', `https://${name}:${port}`];
  const relay = stack.use(await openApi([...address, '--tls-cert', certFile, '--tls-key', keyFile]));
  const roots = tls.getCACertificates('default');
  trustRoots(certFile);
  stack.defer(() => tls.setDefaultCACertificates(roots));
  return { relay, port, ask: createAsk(`https://127.0.0.1:${port}`, relay.ownerKey) };
}
