/** What connect says of this machine, and whether it is other than the relay was told. */
import { kinds } from '#contract/kinds/index.ts';
import type { Policy } from '#contract/machine.ts';
import { VERSION } from '#contract/version.ts';
import type { Conditions } from './conditions.ts';
import type { Pins } from './keys/pins.ts';
import type { Projects } from './projects/projects.ts';
import type { Announced } from './sync/link-state.ts';
import { systemName } from './system/system.ts';

export interface AnnouncementDeps {
  /** What the machine is called. */
  readonly name: string;
  readonly projects: Pick<Projects, 'announced'>;
  readonly policy: () => Policy;
  readonly pins: Pins;
  readonly conditions: Pick<Conditions, 'list'>;
}

export interface Announcement {
  /** What is so now, taken for told. */
  say(): Announced;
  /** Whether policy, pinned keys or conditions are other than was said last; true once for each change. */
  hasChanged(): boolean;
}

/** An announcement that was not said yet. */
export function createAnnouncement({ name, projects, policy, pins, conditions }: AnnouncementDeps): Announcement {
  const ofNow = () => {
    const told = { policy: policy(), signers: pins().map(({ fingerprint }) => fingerprint) };
    // What these two have found damaged is among them.
    const list = [...conditions.list()];
    return { ...told, ...(list.length > 0 && { conditions: list }) };
  };
  let said: string | undefined;
  return {
    say: () => {
      const now = ofNow();
      said = JSON.stringify(now);
      return {
        ...now,
        name,
        os: systemName(),
        version: VERSION,
        projects: projects.announced(),
        kinds: Object.keys(kinds),
      };
    },
    hasChanged: () => {
      if (said === undefined) return false;
      const before = said;
      said = JSON.stringify(ofNow());
      return said !== before;
    },
  };
}
