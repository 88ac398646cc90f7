/** The root certificates that this system trusts. Node keeps all that it has read of them parsed, once for each file in which one stands (Debian has each in four): 4 MB for the life of a bridge. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';

/** Each once, as PEM: read here where the places are known at which Node would look, else by Node. */
export function systemRoots(): readonly string[] {
  const texts = process.platform === 'linux' ? readAll(process.env) : undefined;
  // OpenSSL takes more kinds of PEM for a certificate than Node takes from us.
  if (texts?.some((text) => /-----BEGIN (?:TRUSTED|X509) CERTIFICATE-----/.test(text)) ?? true) return nodesOwn();
  return [...new Set(texts?.flatMap(certificatesIn))];
}

/** The same, read and kept by Node. */
export function nodesOwn(): readonly string[] {
  return tls.getCACertificates('system');
}

/** All certificates of a text in PEM form. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** The files at which Node looks on Linux; undefined where it was built with another OpenSSL, which has its own places. */
function readAll({ SSL_CERT_FILE, SSL_CERT_DIR }: NodeJS.ProcessEnv): readonly string[] | undefined {
  if (process.config.variables.node_shared_openssl) return undefined;
  const files = filesIn(SSL_CERT_DIR ?? '/etc/ssl/certs');
  return [SSL_CERT_FILE ?? '/etc/ssl/cert.pem', ...files].flatMap((file) => textOf(file) ?? []);
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter(isFile);
  } catch {
    return [];
  }
}

/** False for a pipe too, at which a reader might wait for ever. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined where it cannot be read: Node passes over it too. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
