/** What was learned of holds, per network: a laptop that comes home need not learn again what the office bears. */
import { networkInterfaces } from 'node:os';
import { type HoldLearned, nothingLearned } from './hold.ts';

export interface HoldMemory {
  /** What is known of the present network. */
  recall(): HoldLearned;
  learn(learned: HoldLearned): void;
}

/** Remembers for as long as the process lives; `network` names the present one. */
export function createHoldMemory(network: () => string = networkName): HoldMemory {
  const known = new Map<string, HoldLearned>();
  return {
    recall: () => known.get(network()) ?? nothingLearned,
    learn: (learned) => {
      known.set(network(), learned);
    },
  };
}

/** A network is told by this machine's addresses in it. */
function networkName(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}
