/** How many queries wait in this process: those of one organisation over all its machines, and a share of them of one person, so that nobody's questions keep a process from those of others. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';

export interface Asking {
  /** Counts a query until it is disposed of. Throws Problem `too-many-queries`. */
  take(organisation: string, person: string): Disposable;
}

/** Counts queries, beginning with none. */
export function createAsking(): Asking {
  const counts = new Map<string, number>();
  const change = (names: readonly string[], by: number) => {
    for (const name of names) {
      const count = (counts.get(name) ?? 0) + by;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
    }
  };
  return {
    take: (organisation, person) => {
      const own = `${organisation}/${person}`;
      const { queriesPerOrganisationMax: most, queriesPerPersonInAllMax: share } = limits;
      if ((counts.get(own) ?? 0) >= share) throw tooMany('You have', share);
      if ((counts.get(organisation) ?? 0) >= most) throw tooMany('Your organisation has', most);
      const names = [organisation, own];
      change(names, 1);
      return { [Symbol.dispose]: () => change(names, -1) };
    },
  };
}

function tooMany(who: string, most: number): Problem {
  return new Problem('too-many-queries', `${who} ${most} queries waiting for machines, as many as there may be.`);
}
