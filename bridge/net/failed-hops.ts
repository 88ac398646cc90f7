/** Which ways to a relay have failed lately: they come after the others for a while. */
import { limits } from '#contract/limits.ts';
import type { ProxyServer } from './proxy.ts';

export interface FailedHops {
  add(hop: ProxyServer | undefined): void;
  /** The same ways, those that failed lately at the end. */
  sorted(hops: readonly (ProxyServer | undefined)[]): readonly (ProxyServer | undefined)[];
  /** How many are remembered. */
  count(): number;
}

/** Remembers each for a minute. A PAC file can name other proxies at every look, so what is over is forgotten. */
export function createFailedHops(clock: () => number): FailedHops {
  const untils = new Map<string, number>();
  const prune = () => {
    for (const [name, until] of untils) if (until <= clock()) untils.delete(name);
  };
  return {
    add: (hop) => {
      prune();
      untils.set(nameOf(hop), clock() + limits.hopFailedMs);
    },
    sorted: (hops) => {
      prune();
      const failed = (hop: ProxyServer | undefined) => untils.has(nameOf(hop));
      return [...hops.filter((hop) => !failed(hop)), ...hops.filter(failed)];
    },
    count: () => untils.size,
  };
}

function nameOf(hop: ProxyServer | undefined): string {
  return hop?.url.href ?? 'direct';
}
