/** spec-workflow's legacy implementation-log.json, which holds all entries of a spec. It is read, never written: the tool turns it into Markdown files at its start. */
import { type Artifact, type ArtifactValue, artifactKindNames, type LogEntry } from './implementation-log.ts';

/** The entries of implementation-log.json; entries without task or id are left out. Undefined where the file is no such list. */
export function readLegacyLogs(text: string): readonly LogEntry[] | undefined {
  const entries = fieldsOf(parsed(text)).entries;
  if (!Array.isArray(entries)) return undefined;
  return entries.map(readLegacyEntry).filter(({ id, taskId }) => id !== '' && taskId !== '');
}

function readLegacyEntry(value: unknown): LogEntry {
  const fields = fieldsOf(value);
  const word = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const statistics = fieldsOf(fields.statistics);
  const count = (name: string) => (Number.isSafeInteger(statistics[name]) ? Number(statistics[name]) : 0);
  const artifacts = fieldsOf(fields.artifacts);
  const read = artifactKindNames.map((kind) => [kind, listOf(artifacts[kind]).map(readLegacyArtifact)] as const);
  return {
    id: word('id'),
    taskId: word('taskId'),
    timestamp: word('timestamp'),
    summary: word('summary'),
    filesModified: textsOf(fields.filesModified),
    filesCreated: textsOf(fields.filesCreated),
    statistics: {
      linesAdded: count('linesAdded'),
      linesRemoved: count('linesRemoved'),
      filesChanged: count('filesChanged'),
    },
    artifacts: Object.fromEntries(read.filter(([, items]) => items.length > 0)),
  };
}

function readLegacyArtifact(value: unknown): Artifact {
  const kept = Object.entries(fieldsOf(value)).flatMap(([name, field]): [string, ArtifactValue][] => {
    if (typeof field === 'string' || typeof field === 'boolean') return [[name, field]];
    return Array.isArray(field) ? [[name, textsOf(field)]] : [];
  });
  return Object.fromEntries(kept);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((each): each is string => typeof each === 'string');
}
