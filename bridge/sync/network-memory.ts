/** Remembers for each network what was learned there, so that a laptop that moves between networks need not learn it again. */
import { networkInterfaces } from 'node:os';

export interface NetworkMemory<Learned> {
  /** What was learned on the current network. */
  recall(): Learned;
  learn(learned: Learned): void;
}

/** Remembers until the process ends; `unknown` stands for a network that was never met, and `network` names the current one. */
export function createNetworkMemory<Learned>(
  unknown: Learned,
  network: () => string = networkName,
): NetworkMemory<Learned> {
  const known = new Map<string, Learned>();
  return {
    recall: () => known.get(network()) ?? unknown,
    learn: (learned) => {
      known.set(network(), learned);
    },
  };
}

/** Identifies a network by this machine's addresses in it. */
function networkName(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
