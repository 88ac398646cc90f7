/** Programs that open TLS and show a certificate of their own: how their certificates are named, and where to get the root. Pure. */

export interface Interceptor {
  readonly name: string;
  /** Where its root certificate is. */
  readonly root: string;
  /** A path to it, where that is the same everywhere. */
  readonly file?: string;
}

const known: readonly (readonly [RegExp, Interceptor])[] = [
  [
    /\bmitmproxy\b/i,
    {
      name: 'mitmproxy',
      root: 'Its root is mitmproxy-ca-cert.pem in ~/.mitmproxy where it runs, or at http://mitm.it through it.',
      file: '~/.mitmproxy/mitmproxy-ca-cert.pem',
    },
  ],
  [
    /\bsquid\b/i,
    {
      name: 'squid',
      root: 'Its root is the file that tls-cert= (or cert=) names in squid.conf, on the line with ssl-bump.',
    },
  ],
  [
    /charles/i,
    { name: 'Charles', root: 'Save its root in Charles: Help, SSL Proxying, Save Charles Root Certificate.' },
  ],
  [/fiddler/i, { name: 'Fiddler', root: 'Export its root in Fiddler: Tools, Options, HTTPS, Actions.' }],
  [/portswigger/i, { name: 'Burp', root: 'Its root is at http://burp through it, in DER form.' }],
  ...['Kaspersky', 'ESET', 'Avast', 'AVG', 'Bitdefender', 'Norton', 'McAfee'].map(
    (name) => [new RegExp(`\\b${name}\\b`, 'i'), antivirus(name)] as const,
  ),
  ...['Zscaler', 'Netskope', 'Fortinet', 'FortiGate', 'Palo Alto', 'Cisco', 'Blue Coat', 'Forcepoint', 'Sophos'].map(
    (name) => [new RegExp(`\\b${name}\\b`, 'i'), gateway(name)] as const,
  ),
];

function antivirus(name: string): Interceptor {
  return {
    name: `the antivirus ${name}`,
    root: `${name} has put its root among those of the system: export it there, or except the relay in ${name}.`,
  };
}

function gateway(name: string): Interceptor {
  return { name: `a gateway of ${name}`, root: 'Ask your IT for the root of its TLS inspection, in PEM form.' };
}

/** The program that such names (of issuers in a certificate, of a server) belong to; undefined where none is known. */
export function interceptorOf(names: readonly string[]): Interceptor | undefined {
  return known.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}
