/** What a PAC file's answer says: proxies and direct connections, in the order in which they are to be tried. Pure. */
import { printable } from '#contract/printable.ts';
import { type ProxyServer, parseProxy } from '../proxy.ts';

const schemes: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks5h',
  SOCKS5: 'socks5h',
};

/** The hops of an answer; undefined is a direct connection, and so is an empty answer. `source` names the file. Throws an Error if nothing in it can be used. */
export function parsePacAnswer(answer: string, source: string): readonly (ProxyServer | undefined)[] {
  const parts = answer.split(';').map((part) => part.trim());
  const said = parts.filter((part) => part !== '' && part !== 'null' && part !== 'undefined');
  if (said.length === 0) return [undefined];
  const hops = said.flatMap((part) => hopOf(part, source));
  if (hops.length === 0) throw new Error(`it answers "${printable(answer, 200)}", which names no usable proxy`);
  return hops;
}

/** One hop, or none where this sort of proxy is not supported (SOCKS4). */
function hopOf(part: string, source: string): readonly (ProxyServer | undefined)[] {
  const [kind = '', where = ''] = part.split(/\s+/);
  if (kind.toUpperCase() === 'DIRECT') return [undefined];
  const scheme = schemes[kind.toUpperCase()];
  if (scheme === undefined || where === '') return [];
  try {
    return [{ url: parseProxy(`${scheme}://${where}`, source), source, variable: 'HTTPS_PROXY' }];
  } catch {
    return [];
  }
}
