/** TLS whose certificate nobody here vouches for: a gateway that looks inside, or a company's own authority. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption, interruptionOf } from '../../bridge/net/interruption.ts';
import { trustRoots } from '../../bridge/net/trust.ts';
import { openApi } from '../kit/api.ts';
import { createCertificate } from '../kit/certificate.ts';
import { openFaultProxy } from '../kit/fault-proxy.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

async function openTls() {
  const folder = await openTemporaryFolder();
  const { cert, key } = createCertificate();
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const relay = await openApi(['--tls-cert', certFile, '--tls-key', keyFile]);
  const before = tls.getCACertificates('default');
  return {
    origin: new URL(`https://localhost:${new URL(relay.url).port}`),
    certFile,
    keyFile,
    [Symbol.asyncDispose]: async () => {
      tls.setDefaultCACertificates(before);
      await relay[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('a certificate that nobody vouches for is refused before the key is sent, and says how to trust it', async () => {
  await using relay = await openTls();
  await using client = createClient({ origin: relay.origin, key: '' });
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.equal(error.breakage, 'refused');
    assert.match(
      error.message,
      /certificate of localhost:\d+ is self-signed: give its root certificate with --ca or NODE_EXTRA_CA_CERTS/,
    );
    return true;
  });
});

test('--ca makes it trusted, directly and through a proxy', async () => {
  await using relay = await openTls();
  trustRoots(relay.certFile);
  await using direct = createClient({ origin: relay.origin, key: '' });
  assert.equal((await direct.call('hello', { query: { nonce: 'n' } })).nonce, 'n');
  await using box = await openFaultProxy('none');
  await using proxied = createClient({ origin: relay.origin, key: '', proxy: box.proxy });
  assert.equal((await proxied.call('hello', { query: { nonce: 'm' } })).nonce, 'm');
  assert.match(box.connects[0] ?? '', /^CONNECT localhost:\d+ HTTP\/1\.1\r\n/);
});

test('an https proxy of an unknown authority is named, with --ca and without advice of Node', async () => {
  await using relay = await openTls();
  // Any server with this certificate will do: the connection ends before CONNECT.
  const proxy = { url: relay.origin, source: 'HTTPS_PROXY' };
  await using client = createClient({ origin: new URL('https://relay.example'), proxy });
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.match(error.message, /certificate of the proxy https:\/\/localhost:\d+ \(from HTTPS_PROXY\) is self-signed/);
    assert.match(error.message, /--ca/);
    assert.doesNotMatch(error.message, /Node\.js|use-system-ca/);
    return true;
  });
});

test('advice that Node gives to its own users reaches nobody', () => {
  const text = 'unable to get crl; if the root CA is installed locally, try running Node.js with --use-system-ca';
  const error = Object.assign(new Error(text), { code: 'UNABLE_TO_GET_CRL' });
  assert.equal(
    interruptionOf(error, 'relay.example').message,
    'The connection to relay.example failed: unable to get crl.',
  );
});

test('a file without a certificate is refused by name', async () => {
  await using relay = await openTls();
  assert.throws(() => trustRoots(relay.keyFile), /holds no certificate in PEM form/);
});

test('https to what speaks plain http says so', async () => {
  await using relay = await openApi();
  await using client = createClient({ origin: new URL(relay.url.replace('http:', 'https:')), key: '' });
  await assert.rejects(client.call('hello'), /does not speak TLS: is it http:\/\//);
});
