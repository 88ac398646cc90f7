/** A project of the bridge without its watcher: scanned and described once, by the real formats. */
import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Format } from '#contract/document.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { formatReaders } from '../../bridge/formats/index.ts';
import { neverLeaves } from '../../bridge/leaving/never-leaves.ts';
import { openLeaveRules } from '../../bridge/leaving/rules.ts';
import type { Project } from '../../bridge/projects/project.ts';
import { createDocumentIndex } from '../../bridge/watch/documents.ts';

/** The project at `root` (absolute, real) as its files are now; scan again to see a change. */
export async function scanProject(root: string, id = 'project-1'): Promise<Project> {
  const layouts = (await Promise.all(formatReaders.map((reader) => reader.detect(root)))).filter(
    (layout) => layout !== undefined,
  );
  const index = createDocumentIndex(id);
  for (const layout of layouts)
    for await (const entry of glob(
      layout.folders.map((folder) => `${folder}/**/*`),
      { cwd: root, withFileTypes: true },
    )) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name).slice(root.length + 1);
      const bytes = await readFile(join(root, path));
      const { archived: _, ...described } = layout.describe(path, bytes);
      const place = { project: id, path, rev: revOf(bytes), size: bytes.length, mtime: 0 };
      index.put({ ...place, ...described, format: layout.format as Format, describe: 1 }, undefined);
    }
  const rules = await openLeaveRules(root, neverLeaves);
  return { id, name: basename(root), root, layouts, rules, documents: index.documents, specs: index.specs };
}
