/** The implementation logs of a project, from its documents: reading them, searching them, and their totals. Pure; relay, app and machine answer by it. */
import type { ProjectCopy } from './copy.ts';
import type { Document } from './document.ts';
import { type LogEntry, readLog, textOf } from './grammar/implementation-log.ts';
import { readLegacyLogs } from './grammar/implementation-log-json.ts';
import { Problem } from './problems.ts';
import { findSpecOf, specsOf } from './project-specs.ts';

/** An entry, and where it lies. */
export interface LogFound extends LogEntry {
  readonly spec: string;
  /** The spec's folder in the project. */
  readonly folder: string;
  /** Its file. */
  readonly path: string;
}

export interface LogsRead {
  /** Newest first. */
  readonly entries: readonly LogFound[];
  /** Logs that could not be read, and why. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

/** The logs of a spec, or of all specs, archived ones too. Undefined where the copy does not have one of them. Throws `spec-unknown`, `spec-ambiguous`. */
export async function readLogs(copy: ProjectCopy, spec: string | undefined): Promise<LogsRead | undefined> {
  const documents = await copy.documents();
  if (documents === undefined) return undefined;
  const specs = spec === undefined ? specsOf(documents) : [findSpecOf(documents, spec, copy.project.name)];
  const read = await Promise.all(
    specs.flatMap(({ name, folder, documents: own }) =>
      own
        .filter(({ kind }) => kind === 'implementation-log')
        .map(async (document) => ({ document, place: { spec: name, folder }, read: await readFile(copy, document) })),
    ),
  );
  const entries = new Map<string, LogFound>();
  const unread: LogsRead['unread'][number][] = [];
  // The tool turns the legacy file into Markdown files: what is in both counts once, as Markdown.
  for (const { document, place, read: now } of read.sort((a, b) => Number(isLegacy(b)) - Number(isLegacy(a)))) {
    if (now === undefined) return undefined;
    if (typeof now === 'string') unread.push({ path: document.path, why: now });
    else
      for (const entry of now) entries.set(`${place.folder}\n${entry.id}`, { ...entry, ...place, path: document.path });
  }
  return { entries: [...entries.values()].sort(newestFirst), unread };
}

function isLegacy({ document }: { readonly document: Document }): boolean {
  return document.path.endsWith('.json');
}

/** The entries of a file, or why they cannot be read. Undefined where the copy does not have its bytes. */
async function readFile(copy: ProjectCopy, document: Document): Promise<readonly LogEntry[] | string | undefined> {
  if (document.body === 'omitted') return String(document.meta.withheld ?? 'It stays on the machine.');
  const file = await copy.read(document.path).catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  // It was removed since: the tool does so with the legacy file.
  if (file instanceof Problem) return file.code === 'conflict' ? [] : file.message;
  if (file === undefined) return undefined;
  if (!('text' in file)) return 'The file is not valid UTF-8.';
  if (document.path.endsWith('.json')) return readLegacyLogs(file.text) ?? 'The file is no list of logs.';
  const entry = readLog(file.text);
  return entry === undefined ? notTaken : [entry];
}

/** Why the tool leaves out a log. */
export const notTaken =
  'The tool that keeps this file does not take it: it wants "# Implementation Log: Task …" and "**Log ID:**".';

/** By time; what has no time comes last. */
function newestFirst(a: LogFound, b: LogFound): number {
  const [timeA, timeB] = [Date.parse(a.timestamp) || 0, Date.parse(b.timestamp) || 0];
  return timeB - timeA || (`${a.path}\n${a.id}` < `${b.path}\n${b.id}` ? -1 : 1);
}

/** Whether all words of `words` occur in the entry: in its summary, task, files or any field of its artifacts. */
export function hasWords(entry: LogEntry, words: string): boolean {
  const text = textOfEntry(entry);
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function textOfEntry({ summary, taskId, filesModified, filesCreated, artifacts }: LogEntry): string {
  const fields = Object.values(artifacts).flatMap((items) => items.flatMap((item) => Object.values(item).map(textOf)));
  return [summary, taskId, ...filesModified, ...filesCreated, ...fields].join('\n').toLowerCase();
}

export interface LogStats {
  readonly totalImplementations: number;
  readonly totalFilesModified: number;
  readonly totalFilesCreated: number;
  readonly totalLinesAdded: number;
  readonly totalLinesRemoved: number;
}

/** The totals of entries. */
export function statsOf(entries: readonly LogEntry[]): LogStats {
  const sum = (count: (entry: LogEntry) => number) => entries.reduce((total, entry) => total + count(entry), 0);
  return {
    totalImplementations: entries.length,
    totalFilesModified: sum(({ filesModified }) => filesModified.length),
    totalFilesCreated: sum(({ filesCreated }) => filesCreated.length),
    totalLinesAdded: sum(({ statistics }) => statistics.linesAdded),
    totalLinesRemoved: sum(({ statistics }) => statistics.linesRemoved),
  };
}
