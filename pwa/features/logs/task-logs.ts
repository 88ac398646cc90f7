/** What the logs of a spec say of each of its tasks: how many there are, their totals, and where they are read. From the replica, so without a network too. */
import { type Accessor, createMemo } from 'solid-js';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import type { LogEntry } from '#contract/grammar/implementation-log.ts';
import { statsOf } from '#contract/implementation-logs.ts';
import { hrefTo } from '../../route.ts';
import type { TaskLink } from '../documents/task-links.ts';
import { counted } from '../words.ts';
import { useLogs } from './use-logs.ts';

/** By the task's number; empty for a document that has no tasks, and while the logs cannot be read. */
export function useTaskLogs(place: {
  readonly machine: string;
  readonly document: Document;
}): Accessor<ReadonlyMap<string, TaskLink>> {
  const folder = () => folderOf(place.document);
  const hasTasks = () => place.document.kind === 'tasks' && folder() !== undefined;
  const { answer } = useLogs(() => ({
    machine: place.machine,
    project: hasTasks() ? place.document.project : undefined,
    spec: folder(),
  }));
  return createMemo(() => {
    const byTask = Map.groupBy(answer()?.entries ?? [], ({ taskId }) => taskId);
    const { machine, document } = place;
    return new Map(
      [...byTask].map(([task, entries]) => {
        const query = { spec: folder() ?? '', task };
        const href = hrefTo({ machine, project: document.project, place: 'logs', query });
        return [task, { href, words: totalsOf(entries) }] as const;
      }),
    );
  });
}

/** "2 logs · 3 files · +20 −6 lines". A file that several logs name counts once. */
export function totalsOf(entries: readonly LogEntry[]): string {
  const { totalImplementations, totalLinesAdded, totalLinesRemoved } = statsOf(entries);
  const files = new Set(entries.flatMap(({ filesModified, filesCreated }) => [...filesModified, ...filesCreated]));
  const lines = `+${totalLinesAdded} −${totalLinesRemoved} lines`;
  return [counted(totalImplementations, 'log'), counted(files.size, 'file'), lines].join(' · ');
}
