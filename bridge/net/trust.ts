/** The root certificates that TLS trusts: Node's, the system's (where companies install theirs), NODE_EXTRA_CA_CERTS, and a file of the user. */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { certificatesIn, nodesOwn, systemRoots } from './system-roots.ts';

/** Makes the merged roots the default of this process. Throws an Error that names a file without certificates. */
export function trustRoots(caFile: string | undefined): void {
  const own = caFile === undefined ? [] : certificatesOf(caFile);
  const others = tls.getCACertificates('default');
  const trustAlso = (system: readonly string[]) =>
    tls.setDefaultCACertificates(eachOnce([...others, ...system, ...own]));
  try {
    trustAlso(systemRoots());
  } catch {
    // One that cannot be parsed is refused with all others. Node passes over it where it reads the system's by itself.
    trustAlso(nodesOwn());
  }
}

/** Each certificate once, wherever its lines are broken: Node parses every text that it is given, before it drops what it has already. */
function eachOnce(certificates: readonly string[]): readonly string[] {
  return [...new Map(certificates.map((text) => [text.replace(/\s/g, ''), text])).values()];
}

function certificatesOf(file: string): readonly string[] {
  const found = certificatesIn(readFileSync(file, 'utf8'));
  if (found.length === 0) throw new Error(`${file} holds no certificate in PEM form.`);
  return found;
}
