/**
 * The gate for requests that this relay sends to addresses which people have given: push services, webhooks. It dials
 * public https addresses alone, and those that the relay's owner has listed. It checks the literal address, every
 * address of the look-up, and the socket once it is connected, so that a name that changes its address gains nothing.
 */
import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { BlockList, isIP, isIPv4, type LookupFunction, type Socket } from 'node:net';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { normalAddress } from './middleware/network.ts';

/** A request to an outside address. */
export interface OutboundRequest {
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Outbound {
  /** The address as a URL, if this relay may dial it by what its text says. Throws `outbound-refused`. */
  check(url: string): URL;
  /**
   * Sends one request and follows no redirect. The answer's text is read and dropped. Throws `outbound-refused` for an
   * address that is not public, and any other error if there is no answer within `outboundMs`.
   */
  send(url: string, request: OutboundRequest): Promise<OutboundAnswer>;
}

/** Addresses of special purpose (IANA registries of RFC 6890), and of IPv6 those that carry an IPv4 address. */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, prefix, 'ipv6');

/** Of IPv6 only these are given out as public addresses. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address belongs to the public internet. False for a text that is not an address. */
export function isPublicAddress(text: string): boolean {
  const address = normalAddress(text);
  if (address === undefined) return false;
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** A gate that also dials `allowed`, each as `host:port`, with http or https. `look` finds the addresses of a name. */
export function createOutbound(allowed: readonly string[] = [], look: typeof lookup = lookup): Outbound {
  const listed = new Set(allowed);
  const isListed = (url: URL) => listed.has(`${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`);
  const check = (text: string): URL => {
    const url = URL.parse(text);
    if (url === null || !['https:', 'http:'].includes(url.protocol)) throw refused('This is not an https:// address.');
    if (url.username !== '' || url.password !== '') throw refused('An address must not contain a password.');
    if (isListed(url)) return url;
    if (url.protocol !== 'https:') throw refused('The address must begin with https://.');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(`${host} is not a public address.`);
    if (/(^|\.)localhost\.?$/.test(host)) throw refused(`${host} is not a public address.`);
    return url;
  };
  return {
    check,
    send: async (text, request) => {
      const url = check(text);
      return await dial(url, request, look, isListed(url) ? () => true : isPublicAddress);
    },
  };
}

function refused(detail: string): Problem {
  return new Problem('outbound-refused', detail);
}

/** The system's look-up, which fails if any address of the name may not be dialled. */
function checkedLookup(look: typeof lookup, mayDial: (address: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    look(host, { ...options, all: true }, (error, found) => {
      const bad = found?.find(({ address }) => !mayDial(address));
      const failure = error ?? (bad && refused(`${host} leads to ${bad.address}, which is not a public address.`));
      if (failure || found === undefined) callback(failure ?? null, '', 0);
      else if (options.all) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family ?? 0);
    });
  };
}

function dial(
  url: URL,
  { method, headers, body }: OutboundRequest,
  look: typeof lookup,
  mayDial: (address: string) => boolean,
): Promise<OutboundAnswer> {
  const isTls = url.protocol === 'https:';
  const signal = AbortSignal.timeout(limits.outboundMs);
  const options: RequestOptions = {
    method,
    headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    lookup: checkedLookup(look, mayDial),
    agent: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = (isTls ? requestHttps : requestHttp)(url, options, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.outboundAnswerBytesMax) response.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      response.on('error', reject);
    });
    // TLS begins after this, and the request is written after TLS: an address that is refused here has read nothing.
    request.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        const { remoteAddress = '' } = socket;
        if (!mayDial(remoteAddress)) request.destroy(refused(`${remoteAddress} is not a public address.`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
