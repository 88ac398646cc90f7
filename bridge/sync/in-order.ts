/** The order in which documents go up that the relay lacks: what people work on comes first to those who wait for it. Pure. */
import { dirname } from 'node:path/posix';
import { isArchive } from '../watch/newest-first.ts';

interface Known {
  readonly project: string;
  readonly path: string;
  /** Ms since 1970; undefined where it was not read yet. */
  readonly mtime: number | undefined;
}

/** Those of folders in which something changed last, then the others; archives come last. */
export function inOrder<One extends Known>(documents: readonly One[]): One[] {
  const folderOf = ({ project, path }: One) => `${project}\n${dirname(path)}`;
  const changedAt = new Map<string, number>();
  for (const one of documents) {
    const at = isArchive(dirname(one.path)) ? 0 : (one.mtime ?? 0);
    changedAt.set(folderOf(one), Math.max(at, changedAt.get(folderOf(one)) ?? 0));
  }
  return [...Map.groupBy(documents, folderOf)]
    .sort(([a], [b]) => (changedAt.get(b) ?? 0) - (changedAt.get(a) ?? 0))
    .flatMap(([, those]) => those);
}
