/** What specs depend on: references as they are written, resolved where they lead somewhere. */
import type { Spec } from './spec-groups.ts';

export interface Reference {
  /** As written. */
  readonly text: string;
  /** Undefined where it leads nowhere, or to several. */
  readonly spec: Spec | undefined;
}

/** A way to resolve references among specs of one project: by folder's name, by the end of an old path, by a number that only one has. */
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

/** A spec's links both ways. */
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
