/** What befalls the programs and networks of a history: each program is killed at moments of its own and comes back, and the weather changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Meddler } from '../kit/meddler.ts';
import { createRandomBelow } from '../kit/random.ts';
import { type WeatherName, weatherOf } from '../kit/weather.ts';
import type { Times } from './history-calm.ts';

/** Resolves when it may come back. */
export type Away = () => Promise<void>;

export interface Mortal {
  readonly name: string;
  /** Kills it and starts it again, `away` in between; resolves when it serves. Throws where it had ended by itself. */
  readonly kill: (away: Away) => Promise<void>;
}

export interface Fate {
  /** The pauses, and what comes then, follow from it. */
  readonly seed: number;
  readonly pauseMsMax: number;
  readonly signal: AbortSignal;
  readonly times: Times;
  readonly log: (line: string) => void;
}

const AWAY_MS_MAX = 1500;

/** Kills a program again and again, until `signal`; how often. What else is killed meanwhile does not matter to it. */
export async function befall({ name, kill }: Mortal, fate: Fate): Promise<number> {
  return await afterPauses(fate, async (below) => {
    const awayMs = below(AWAY_MS_MAX);
    fate.log(`kill ${name}, for ${awayMs} ms`);
    await kill(() => delay(awayMs));
  });
}

/** Changes the weather of a gateway again and again, until `signal`. */
export async function changeWeather(
  who: string,
  gateway: Meddler,
  names: readonly WeatherName[],
  fate: Fate,
): Promise<void> {
  let left: WeatherName[] = [];
  await afterPauses(fate, async (below) => {
    // Each comes before one comes again.
    if (left.length === 0) left = [...names];
    const [name = 'clear'] = left.splice(below(left.length), 1);
    fate.log(`${who}: ${name}`);
    gateway.meddle = weatherOf(name);
  });
}

async function afterPauses(
  { seed, pauseMsMax, signal, times }: Fate,
  act: (below: (bound: number) => number) => Promise<void>,
): Promise<number> {
  const below = createRandomBelow(seed);
  for (let count = 0; ; count += 1) {
    // Chance is the point here: it meets saves, commands and readers at any step.
    await delay(below(pauseMsMax), undefined, { signal }).catch(() => undefined);
    await times.rough();
    if (signal.aborted) return count;
    await times.doRough(() => act(below));
  }
}
