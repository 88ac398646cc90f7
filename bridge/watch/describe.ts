/** From a file as it was read to a document of the index. Pure. */
import { limits } from '#contract/limits.ts';
import type { Described, Layout } from '../formats/format.ts';
import type { IndexedDocument } from '../project.ts';
import type { FileRead } from './read.ts';

/** A layout with the version of its description rules. */
export interface VersionedLayout {
  readonly layout: Layout;
  readonly describe: number;
}

/** Whether `path` is `folder` or lies below it; everything lies in ''. */
export function inFolder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The layout that a path is a document of, if any. */
export function layoutOf(layouts: readonly VersionedLayout[], path: string): VersionedLayout | undefined {
  return layouts.find(
    ({ layout }) =>
      (layout.files.includes(path) || layout.folders.some((folder) => inFolder(path, folder))) &&
      layout.classify(path) !== undefined,
  );
}

/** The document that a file is; undefined where it is none. */
export function describeFile(
  project: string,
  layouts: readonly VersionedLayout[],
  path: string,
  file: FileRead,
): IndexedDocument | undefined {
  const found = layoutOf(layouts, path);
  if (found === undefined) return undefined;
  const { layout, describe } = found;
  const said = describeBytes(layout, path, file);
  if (said === undefined) return undefined;
  return {
    project,
    path,
    kind: said.kind,
    ...(said.spec === undefined ? {} : { spec: said.spec }),
    ...(said.title === undefined ? {} : { title: said.title }),
    rev: file.rev,
    size: file.size,
    mtime: Math.round(file.mtime),
    meta: said.meta,
    format: layout.format,
    describe,
    ...(said.folder === undefined ? {} : { folder: said.folder }),
  };
}

function describeBytes(layout: Layout, path: string, file: FileRead): Described | undefined {
  const plain = (problem: string): Described | undefined => {
    const classified = layout.classify(path);
    return classified && { ...classified, meta: { format: layout.format, problem } };
  };
  if (file.bytes === undefined)
    return plain(
      `It is larger than ${limits.documentBodyBytesMax / 1024 / 1024} MiB: its content stays on the machine.`,
    );
  const described = layout.describe(path, file.bytes);
  if (JSON.stringify(described.meta).length <= limits.metaBytesMax) return described;
  return plain('Its metadata is too large to be listed.');
}
