/** Normalises callers' addresses, and gives the network that limits count: an IPv6 subscriber has a whole /64. */
import { isIPv4, isIPv6 } from 'node:net';

/** Normalises an address (mapped, with zeros, a zone or a port) to one spelling (RFC 5952); undefined if it is invalid. */
export function normalAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  const [address = ''] = bare.split('%');
  if (!isIPv6(address)) return undefined;
  const normal = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return mappedIPv4(normal) ?? normal;
}

/** The network for limits: an IPv4 address, the /64 of an IPv6 address, or else the text itself. */
export function networkOf(address: string): string {
  const normal = normalAddress(address);
  if (normal === undefined || isIPv4(normal)) return normal ?? address;
  const [head = [], tail = []] = normal.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

/** The IPv4 address of a connection on an IPv6 socket (`::ffff:0:0/96`). */
function mappedIPv4(normal: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(normal) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const groups = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return groups.flatMap((group) => [group >> 8, group & 255]).join('.');
}
