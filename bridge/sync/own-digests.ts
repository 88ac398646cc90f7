/** The digests of what this machine has, one for each project. */
import { documentPlace } from '#contract/document-key.ts';
import type { Held } from '../packed/held.ts';
import { createDigest } from './digest.ts';

export interface OwnDigest {
  readonly text: string;
  /** One more with each change: nothing has changed between two that are equal. */
  readonly changes: number;
}

/** Documents of one project, with their digest where it is known, which saves a hash for each. */
export interface KeptDocuments {
  readonly size: number;
  readonly digest?: string | undefined;
  entries(): Iterable<readonly [key: string, held: Held]>;
}

export interface OwnDigests {
  of(project: string): OwnDigest;
  texts(): Iterable<string>;
  changed(key: string, before: Held | undefined, now: Held | undefined): void;
  /** Counts documents from an earlier run; their digest. */
  kept(project: string, documents: KeptDocuments): string;
}

/** Of no documents. */
export function createOwnDigests(): OwnDigests {
  const digests = new Map<string, { readonly sum: ReturnType<typeof createDigest>; changes: number }>();
  const take = (project: string) => {
    const known = digests.get(project) ?? { sum: createDigest(), changes: 0 };
    digests.set(project, known);
    return known;
  };
  return {
    of: (project) => {
      const { sum, changes } = take(project);
      return { text: sum.text(), changes };
    },
    texts: () => digests.values().map(({ sum }) => sum.text()),
    changed: (key, before, now) => {
      const place = documentPlace(key);
      const own = take(place.project);
      own.changes += 1;
      for (const held of [before, now]) if (held !== undefined) own.sum.toggle({ ...place, ...held });
    },
    kept: (project, { digest, entries }) => {
      const all = createDigest();
      if (digest !== undefined) all.add(digest);
      else for (const [key, held] of entries()) all.toggle({ ...documentPlace(key), ...held });
      take(project).sum.add(all.text());
      return all.text();
    },
  };
}
