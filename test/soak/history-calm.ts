/** The two sorts of times of a history, one after the other: rough ones, in which programs are killed and the weather is bad, and calm ones, in which nothing is in the way of anybody. */
import { setTimeout as delay } from 'node:timers/promises';

/** In calm, everybody has seen what was saved after so long. */
export const FRESH_MS = 8000;
const ROUGH_MS = 12_000;
const CALM_MS = 12_000;

export interface Times {
  /** The first rough time begins. */
  begin(): void;
  /** For how many ms it has been calm, and nothing that was killed is still on its way back; undefined in rough times. */
  calmMs(): number | undefined;
  /** Resolves when it is rough. */
  rough(): Promise<void>;
  /** Does something rough, and resolves with it; calm begins only behind it. Nothing is done in calm. */
  doRough(act: () => Promise<void>): Promise<void>;
}

/** Alternates until `signal`; `clears` is told each time that calm begins. */
export function alternate(clears: () => void, signal: AbortSignal): Times {
  let calmSince: number | undefined;
  let turn = Promise.withResolvers<void>();
  const underWay = new Set<Promise<void>>();
  turn.resolve();
  let isRough = true;
  const live = async () => {
    const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted) {
      await pause(ROUGH_MS);
      isRough = false;
      turn = Promise.withResolvers();
      clears();
      await Promise.allSettled(underWay);
      calmSince = performance.now();
      await pause(CALM_MS);
      calmSince = undefined;
      isRough = true;
      turn.resolve();
    }
  };
  return {
    begin: () => void live(),
    calmMs: () => (calmSince === undefined ? undefined : performance.now() - calmSince),
    rough: () => turn.promise,
    doRough: async (act) => {
      if (!isRough) return;
      const acting = act();
      underWay.add(acting);
      await acting.finally(() => underWay.delete(acting));
    },
  };
}
