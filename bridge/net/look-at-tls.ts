/** The certificate that a TLS server shows, verified or not: who issued it, and why it is not trusted. */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import tls, { type DetailedPeerCertificate } from 'node:tls';
import { printable } from '#contract/printable.ts';

export interface Shown {
  /** Code or sentence of the verification; undefined where it is trusted. */
  readonly distrust: string | undefined;
  /** Names of the issuers (organisation and common name), from the leaf up. */
  readonly issuers: readonly string[];
  /** The topmost issuer for people: `O, CN`. */
  readonly top: string;
  /** Whether the chain ends at a root that comes with Node, and not with this machine or `--ca`. */
  readonly isPublic: boolean;
  readonly validFrom: string;
  readonly validTo: string;
  /** Whether it names another host. A sign-in page's is that and signed by itself, and Node tells one of the two. */
  readonly isForOther: boolean;
}

/** Shakes hands on an open connection without trusting what is shown. Nothing is sent after the handshake. Rejects with the error of TLS. */
export async function lookAtTls(socket: Socket, host: string, signal: AbortSignal): Promise<Shown> {
  const { promise, resolve, reject } = Promise.withResolvers<Shown>();
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const secure = tls.connect({ socket, host, ...servername, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  secure.once('secureConnect', () => {
    const { authorized, authorizationError } = secure;
    const leaf = secure.getPeerCertificate(true);
    resolve(describe(leaf, authorized ? undefined : codeOrSentence(authorizationError), host));
    secure.destroy();
  });
  secure.on('error', reject);
  signal.addEventListener('abort', () => secure.destroy(new Error('no TLS handshake within the time')));
  return await promise;
}

/** Node types it as an error; it is the code, or the error of a name that does not match. */
function codeOrSentence(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}

function describe(leaf: DetailedPeerCertificate, distrust: string | undefined, host: string): Shown {
  const chain: DetailedPeerCertificate[] = [];
  for (let at = leaf; at !== undefined && !chain.includes(at) && chain.length < 10; at = at.issuerCertificate)
    chain.push(at);
  const issuers = chain.map(({ issuer }) => namesOf(issuer));
  const top = chain.at(-1);
  return {
    distrust,
    issuers: issuers.map((names) => names.join(' ')),
    top: printable(issuers.at(-1)?.join(', ') || 'nobody by name', 200),
    isPublic: distrust === undefined && top !== undefined && bundledFingerprints().has(top.fingerprint256),
    validFrom: leaf.valid_from,
    validTo: leaf.valid_to,
    isForOther: tls.checkServerIdentity(host, leaf) !== undefined,
  };
}

function namesOf(issuer: DetailedPeerCertificate['issuer'] | undefined): readonly string[] {
  const names = [issuer?.O, issuer?.CN].flat().filter((name): name is string => name !== undefined && name !== '');
  return [...new Set(names)];
}

function bundledFingerprints(): ReadonlySet<string> {
  return new Set(tls.getCACertificates('bundled').map((pem) => new X509Certificate(pem).fingerprint256));
}
