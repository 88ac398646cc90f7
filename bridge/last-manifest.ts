/** What a project held when the bridge last ended, kept in the data folder: so that one that is not there at the next start (unmounted) is not taken for emptied. */
import { join } from 'node:path';
import * as v from 'valibot';
import { ManifestEntry } from '#contract/delta.ts';
import type { DataFolder } from './data.ts';
import { readOrSetAside, writePrivate } from './private-file.ts';
import type { Manifest, ManifestDocument } from './sync/digest.ts';

/** Keeps what a manifest says of a project; nothing where it says nothing. Never throws. */
export async function keepLastManifest(data: DataFolder, id: string, { held }: Manifest): Promise<void> {
  const entries: ManifestEntry[] = held
    .values()
    .filter(({ project }) => project === id)
    .map(({ project, path, rev, describe }): ManifestEntry => [project, path, rev, describe])
    .toArray();
  if (entries.length === 0) return;
  await writePrivate(manifestFile(data, id), JSON.stringify(entries)).catch(() => undefined);
}

/** What was kept of a project; nothing where that is damaged. */
export function readLastManifest(data: DataFolder, id: string): readonly ManifestDocument[] {
  const kept = readOrSetAside(manifestFile(data, id), v.array(ManifestEntry)) ?? [];
  return kept
    .filter(([project]) => project === id)
    .map(([project, path, rev, describe]) => ({ project, path, rev, describe }));
}

function manifestFile(data: DataFolder, id: string): string {
  return join(data.path, 'manifests', `${id}.json`);
}
