/** What connect says of this machine, and whether that has changed since. */
import { kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
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
  /** Ms that only grow. */
  readonly elapsed?: () => number;
}

export interface Announcement {
  /** The present state. It counts as told from now on. */
  say(): Announced;
  /** Whether policy, pinned keys or conditions have changed since they were last told; true once for each change. Telling costs a connect: where only numbers in a condition have changed, it waits for `conditionNumbersMs` after the last one. */
  hasChanged(): boolean;
}

/** An announcement that was not said yet. */
export function createAnnouncement(deps: AnnouncementDeps): Announcement {
  const { name, projects, policy, pins, conditions, elapsed = () => performance.now() } = deps;
  const ofNow = () => {
    const told = { policy: policy(), signers: pins().map(({ fingerprint }) => fingerprint) };
    // What these two have found damaged is among them.
    const list = [...conditions.list()];
    return { ...told, ...(list.length > 0 && { conditions: list }) };
  };
  let said: { readonly now: Told; readonly at: number } | undefined;
  const note = (now: Told) => {
    said = { now, at: elapsed() };
    return now;
  };
  return {
    say: () => ({
      ...note(ofNow()),
      name,
      os: systemName(),
      version: VERSION,
      projects: projects.announced(),
      kinds: Object.keys(kinds),
    }),
    hasChanged: () => {
      if (said === undefined) return false;
      const now = ofNow();
      if (isSame(now, said.now)) return false;
      if (isSame(withoutNumbers(now), withoutNumbers(said.now)) && elapsed() - said.at < limits.conditionNumbersMs)
        return false;
      note(now);
      return true;
    },
  };
}

type Told = Pick<Announced, 'policy' | 'signers' | 'conditions'>;

/** The part whose changes are told at once: all but counts and times in conditions. */
function withoutNumbers({ conditions = [], ...told }: Told): object {
  const words = (text: string) => text.replace(/\d+/g, '');
  const rest = conditions.map((one) => ({ ...one, title: words(one.title), hint: words(one.hint) }));
  return { ...told, conditions: rest };
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
