/** What a PAC file's answer says: proxies and direct connections, in the order in which they are to be tried. Pure. */
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import { type ProxyServer, parseProxy } from '../proxy.ts';

const schemes: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks5h',
  SOCKS5: 'socks5h',
};

/** Who names a proxy of the answer, and which variable takes its name and password. */
type Origin = Required<Pick<ProxyServer, 'source' | 'variable'>>;

/** Ways of an answer, each once, in their order. */
export interface PacHops {
  /** undefined is a direct connection. */
  readonly hops: readonly (ProxyServer | undefined)[];
  /** Says that some are left out. */
  readonly note?: string;
}

/** The hops of an answer; an empty one is a direct connection. Each way may take a connection's whole time, so only the first `pacWaysMax` are kept. Throws an Error if nothing in it can be used. */
export function parsePacAnswer(answer: string, origin: Origin): PacHops {
  const parts = answer.split(';').map((part) => part.trim());
  const said = parts.filter((part) => part !== '' && part !== 'null' && part !== 'undefined');
  if (said.length === 0) return { hops: [undefined] };
  const all = new Map(said.flatMap((part) => hopOf(part, origin)).map((hop) => [hop?.url.href, hop]));
  if (all.size === 0) throw new Error(`it answers "${printable(answer, 200)}", which names no usable proxy`);
  const hops = [...all.values()].slice(0, limits.pacWaysMax);
  if (all.size === hops.length) return { hops };
  return { hops, note: `It names ${all.size} ways; only the first ${hops.length} are used.` };
}

/** One hop, or none where this sort of proxy is not supported (SOCKS4). */
function hopOf(part: string, origin: Origin): readonly (ProxyServer | undefined)[] {
  const [kind = '', where = ''] = part.split(/\s+/);
  if (kind.toUpperCase() === 'DIRECT') return [undefined];
  const scheme = schemes[kind.toUpperCase()];
  if (scheme === undefined || where === '') return [];
  try {
    return [{ url: parseProxy(`${scheme}://${where}`, origin.source), ...origin }];
  } catch {
    return [];
  }
}
