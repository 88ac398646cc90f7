/** What all parties of a history share. */
import type { World } from '../kit/world.ts';
import type { Step } from './history.ts';
import type { Times } from './history-calm.ts';

export interface Ground {
  readonly world: World;
  readonly steps: Step[];
  /** What each text of a file is, by its rev. */
  readonly versions: Map<string, { readonly path: string; readonly version: number }>;
  /** The newest version of each path that anybody was acknowledged, told or read. */
  readonly known: Map<string, number>;
  /** What each reader of events was told last, by reader and path; not of those that have just begun anew. */
  readonly told: Map<string, Map<string, number>>;
  readonly times: Times;
  /** Writes until then. */
  readonly signal: AbortSignal;
}

/** Who reads or is told a version, or is acknowledged it, knows it from then on; so does whoever asks later. */
export function knows({ known }: Ground, path: string, version: number): void {
  known.set(path, Math.max(version, known.get(path) ?? 0));
}
