/** What the logs of a project say was made: endpoints, components, functions and classes by name. Pure. */
import { type ArtifactKind, artifactKinds, type LogEntry, textOf } from '#contract/grammar/implementation-log.ts';

export interface Made<Entry extends LogEntry = LogEntry> {
  readonly kind: ArtifactKind;
  /** `GET /api/users` of an endpoint, its description of an integration, else its name. */
  readonly name: string;
  readonly location: string;
  readonly purpose: string;
  /** The log that says so. */
  readonly entry: Entry;
}

/** The kinds that have names. */
export const namedKinds = ['apiEndpoints', 'components', 'functions', 'classes'] as const;

/** What is named in the entries (newest first), by name. What several logs name at one place counts once, as the newest says it. */
export function madeIn<Entry extends LogEntry>(entries: readonly Entry[], kind: ArtifactKind): readonly Made<Entry>[] {
  const found = new Map<string, Made<Entry>>();
  for (const entry of entries)
    for (const artifact of entry.artifacts[kind] ?? []) {
      const name = artifactName(kind, artifact);
      const [location, purpose] = [textOf(artifact.location ?? ''), textOf(artifact.purpose ?? '')];
      // Line numbers move with every edit.
      const key = `${name}\n${location.replace(/:[\d-]+$/, '')}`;
      if (!found.has(key)) found.set(key, { kind, name, location, purpose, entry });
    }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** What an artifact is called. */
export function artifactName(kind: ArtifactKind, artifact: Readonly<Record<string, unknown>>): string {
  const { method, path, name, description } = artifact;
  if (kind === 'apiEndpoints' && method !== undefined) return `${method} ${path}`;
  return String(name ?? description ?? artifactKinds[kind].heading);
}
