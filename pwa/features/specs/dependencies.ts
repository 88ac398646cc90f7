/** Dependencies of specs: references as written, resolved if possible. */
import type { Spec } from './spec-groups.ts';

export interface Reference {
  /** As written. */
  readonly text: string;
  /** Undefined if it matches no spec, or several. */
  readonly spec: Spec | undefined;
}

/** Resolves references among the specs of one project: by the folder's name, by the end of an old path, or by a number that only one spec has. */
export function createResolver(specs: readonly Spec[]): (text: string) => Reference {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const byNumber = new Map<string, Spec | undefined>();
  for (const spec of specs)
    if (spec.number !== undefined) byNumber.set(spec.number, byNumber.has(spec.number) ? undefined : spec);
  return (text) => {
    const tail = text.split('/').at(-1) ?? text;
    return {
      text,
      spec: byName.get(text) ?? byName.get(tail) ?? byNumber.get(text) ?? byNumber.get(text.padStart(3, '0')),
    };
  };
}

export interface Links {
  readonly dependsOn: readonly Reference[];
  /** Those that depend on it. */
  readonly enables: readonly Spec[];
  readonly parent: Reference | undefined;
  readonly children: readonly Spec[];
}

/** A spec's links in both directions. */
export function linksOf(spec: Spec, specs: readonly Spec[]): Links {
  const resolve = createResolver(specs);
  const leadsHere = (text: string) => resolve(text).spec?.folder === spec.folder;
  return {
    dependsOn: spec.dependsOn.map(resolve),
    enables: specs.filter((other) => other.dependsOn.some(leadsHere)),
    parent: spec.parent === undefined ? undefined : resolve(spec.parent),
    children: specs.filter((other) => other.parent !== undefined && leadsHere(other.parent)),
  };
}
