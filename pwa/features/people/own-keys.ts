/** Which keys are listed under You. */
import type { KeyRecord } from '#contract/people.ts';

/** Those that belong to no machine of the organisation; the others are on the machines' pages. */
export function ownKeys(all: readonly KeyRecord[], machines: Readonly<Record<string, unknown>>): readonly KeyRecord[] {
  return all.filter(({ machine }) => machine === undefined || machines[machine] === undefined);
}
