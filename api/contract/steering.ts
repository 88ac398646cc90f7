/** The steering documents of a project: their names, and where each lies. Pure. */
import * as v from 'valibot';
import type { ProjectAnnounced } from './machine.ts';

/** The steering documents that the formats know; only spec-context has `principles`. */
export const steeringNames = ['product', 'tech', 'structure', 'principles'] as const;
export type SteeringName = (typeof steeringNames)[number];

/** The formats that have steering documents. */
export const steeringFormats = ['spec-workflow', 'spec-context'] as const;

/** Where a project is kept in both formats; reading takes the first by default, writing wants one named. */
export const SteeringFormat = v.optional(v.picklist(steeringFormats));

/** The paths of the steering documents that a project may have, by name; none if no format of it has any. */
export function steeringPaths(
  { formats }: Pick<ProjectAnnounced, 'formats'>,
  named: (typeof steeringFormats)[number] | undefined,
): ReadonlyMap<SteeringName, string> {
  const format = steeringFormats.find((each) => formats.includes(each) && (named ?? each) === each);
  const names = steeringNames.filter((name) => name !== 'principles' || format === 'spec-context');
  return new Map(format === undefined ? [] : names.map((name) => [name, `.${format}/steering/${name}.md`]));
}
