/** A sort of effect: how to do it, how to tell from the disk whether it was done, and how to undo it. Each sort has a file beside this one; the registry is `index.ts`. */
import type * as v from 'valibot';

/** Where effects happen: a watched project, or the home of a tool (`homes.ts`). */
export interface Place {
  readonly id: string;
  /** Absolute real path. */
  readonly root: string;
}

/** The place of one command's effect. */
export interface Site {
  /** Id of the command. Temporary files carry it, so that the bridge finds them after a restart. */
  readonly command: string;
  /** Absolute real path of the place. */
  readonly root: string;
}

/** Whether an effect that was about to happen was done, by the state of the disk. `neither`: someone else has changed the files since. */
export type Found = 'done' | 'not-begun' | 'neither';

/** Paths in the project that an effect changes. */
export interface Touches {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface EffectSort<Effect, Step extends { readonly is: string }> {
  /** The journal's data of such an effect. */
  readonly step: v.GenericSchema<unknown, Step>;
  /** `isFollowed`: other effects follow, so the step must contain what an undo needs. */
  toStep(effect: Effect, isFollowed: boolean): Step;
  touches(step: Step): Touches;
  /** Awaits `ready` when everything is prepared and nothing has changed yet; if that throws, nothing changes. Throws a Problem. */
  do(site: Site, effect: Effect, ready: () => Promise<void>): Promise<void>;
  /** Also removes what a killed bridge has left. Throws `conflict` if it put back a file that someone had saved. */
  probe(site: Site, step: Step): Promise<Found>;
  /** Undoes an effect; idempotent. Throws a Problem if someone has changed the files since. */
  undo(site: Site, step: Step): Promise<void>;
}
