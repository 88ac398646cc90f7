/** Remembers for each network how long a hold can be, so that a laptop that moves between networks need not learn it again. */
import { networkInterfaces } from 'node:os';
import { type HoldLearned, nothingLearned } from './hold.ts';

export interface HoldMemory {
  /** The value of the current network. */
  recall(): HoldLearned;
  learn(learned: HoldLearned): void;
}

/** Remembers until the process ends; `network` names the current network. */
export function createHoldMemory(network: () => string = networkName): HoldMemory {
  const known = new Map<string, HoldLearned>();
  return {
    recall: () => known.get(network()) ?? nothingLearned,
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
