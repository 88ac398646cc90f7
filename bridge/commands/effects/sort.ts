/** What a sort of effect knows: how it is done, how the disk tells whether it was, and how it is taken back. One file a sort beside this one; the registry is `index.ts`. */
import type * as v from 'valibot';

/** Where an effect happens. */
export interface Site {
  /** Id of the command: names temporary files, so that a next life of the bridge finds them. */
  readonly command: string;
  /** Absolute real path of the project. */
  readonly root: string;
}

/** What the disk says of an effect that was about to happen; `neither`: somebody else has changed things since. */
export type Found = 'done' | 'not-begun' | 'neither';

/** Paths in the project that an effect changes. */
export interface Touches {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface EffectSort<Effect, Step extends { readonly is: string }> {
  /** What the journal keeps of such an effect. */
  readonly step: v.GenericSchema<unknown, Step>;
  /** `isFollowed`: others come after it, so the step holds what taking it back needs. */
  toStep(effect: Effect, isFollowed: boolean): Step;
  touches(step: Step): Touches;
  /** Awaits `ready` when everything is prepared and nothing is changed yet; what that throws leaves everything as it was. Throws a Problem. */
  do(site: Site, effect: Effect, ready: () => Promise<void>): Promise<void>;
  /** Also clears away what a killed bridge had left. Throws `conflict` where it put back what somebody had saved. */
  probe(site: Site, step: Step): Promise<Found>;
  /** Takes back one that was done; again has no effect. Throws a Problem where somebody has changed things since. */
  undo(site: Site, step: Step): Promise<void>;
}
