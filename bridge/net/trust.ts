/** The root certificates that TLS trusts: Node's, the system's (where companies install theirs), NODE_EXTRA_CA_CERTS, and a file of the user. */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Makes the merged roots the default of this process. Throws an Error that names a file without certificates. */
export function trustRoots(caFile: string | undefined): void {
  const own = caFile === undefined ? [] : certificatesOf(caFile);
  const roots = new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system'), ...own]);
  tls.setDefaultCACertificates([...roots]);
}

function certificatesOf(file: string): readonly string[] {
  const found = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (found === null) throw new Error(`${file} holds no certificate in PEM form.`);
  return found;
}
