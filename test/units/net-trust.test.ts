/** Which root certificates a bridge trusts: the same as Node would by itself, with less memory. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createCertificate } from '../kit/certificate.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const trust = join(import.meta.dirname, '../../bridge/net/trust.ts');

/** Trusts as a bridge does; prints the fingerprints of what is trusted then, and of what Node's own lists hold. */
const program = `
  import { X509Certificate } from 'node:crypto';
  import tls from 'node:tls';
  import { trustRoots } from ${JSON.stringify(trust)};
  const prints = (texts) => [...new Set(texts.map((pem) => new X509Certificate(pem).fingerprint256))].sort();
  const wanted = prints([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]);
  trustRoots(undefined);
  console.log(JSON.stringify({ wanted, trusted: prints(tls.getCACertificates('default')) }));`;

async function trusted(env: Record<string, string>): Promise<{ wanted: string[]; trusted: string[] }> {
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...cleanEnvironment(), ...env },
    timeout: 30_000,
  });
  return JSON.parse(stdout);
}

test('a bridge trusts exactly the roots of Node and of the system it runs on', async () => {
  const found = await trusted({});
  assert.ok(found.wanted.length > 100);
  assert.deepEqual(found.trusted, found.wanted);
});

test('a company that names its roots by SSL_CERT_FILE and SSL_CERT_DIR has exactly these trusted, whatever else lies there', async () => {
  await using folder = await openTemporaryFolder();
  const place = join(folder.path, 'certs');
  await mkdir(join(place, 'folder'), { recursive: true });
  await writeFile(join(place, 'root.pem'), createCertificate('one').cert);
  await symlink('root.pem', join(place, 'abcd1234.0'));
  await symlink('nowhere.pem', join(place, 'gone.pem'));
  // Nobody ever writes into it.
  execFileSync('mkfifo', [join(place, 'pipe.pem')]);
  await writeFile(join(place, 'README'), 'no certificate');
  await writeFile(join(place, 'key.pem'), createCertificate('two').key);
  const file = join(folder.path, 'bundle.crt');
  await writeFile(file, `# three\r\n${createCertificate('three').cert.replaceAll('\n', '\r\n')}`);
  const env = { SSL_CERT_FILE: file, SSL_CERT_DIR: place };
  const found = await trusted(env);
  const without = await trusted({ SSL_CERT_FILE: '', SSL_CERT_DIR: join(folder.path, 'nowhere') });
  assert.deepEqual(without.trusted, without.wanted);
  assert.equal(found.trusted.length, without.trusted.length + 2);
  assert.deepEqual(found.trusted, found.wanted);
});

test('a damaged certificate, or one of another kind, among the system’s does not keep a bridge from trusting the others', async () => {
  await using folder = await openTemporaryFolder();
  await writeFile(join(folder.path, 'good.pem'), createCertificate('good').cert);
  await writeFile(join(folder.path, 'damaged.pem'), createCertificate('bad').cert.replace(/\n.{64}\n/, '\nAAAA\n'));
  const damaged = await trusted({ SSL_CERT_FILE: '', SSL_CERT_DIR: folder.path });
  assert.deepEqual(damaged.trusted, damaged.wanted);
  const other = createCertificate('other').cert.replaceAll('CERTIFICATE', 'X509 CERTIFICATE');
  await writeFile(join(folder.path, 'damaged.pem'), other);
  const both = await trusted({ SSL_CERT_FILE: '', SSL_CERT_DIR: folder.path });
  assert.equal(both.trusted.length, damaged.trusted.length + 1);
  assert.deepEqual(both.trusted, both.wanted);
});
