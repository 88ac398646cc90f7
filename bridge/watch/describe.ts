/** From a file as it was read to a document of the index. Pure. */
import { createHash } from 'node:crypto';
import { limits } from '#contract/limits.ts';
import type { FileRead } from '../files/read.ts';
import type { Described, Layout } from '../formats/format.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import {
  type IndexedDocument,
  isUnreadable,
  settingsDescribe,
  unreadableDescribe,
  withheldDescribe,
} from './indexed-document.ts';

/** A layout with the version of its description rules, of which its settings are a part. */
export interface VersionedLayout {
  readonly layout: Layout;
  readonly describe: number;
}

/** The version of the rules by which a layout describes: other settings make it another one, so that the relay is told anew of files that have not changed, also by a bridge that did not run when they changed. */
export function versioned(layout: Layout, version: number): VersionedLayout {
  const { settings } = layout;
  if (settings === undefined) return { layout, describe: version };
  const number = createHash('sha256').update(settings).digest().readUIntBE(0, 2) + 1;
  return { layout, describe: version + number * settingsDescribe };
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
  rules: Pick<LeaveRules, 'withheld'>,
): IndexedDocument | undefined {
  const found = layoutOf(layouts, path);
  if (found === undefined) return undefined;
  const { layout, describe } = found;
  const said = describeBytes(layout, path, file, rules);
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
    ...(said.notice === undefined ? {} : { notice: said.notice }),
    format: layout.format,
    describe: typeof said.meta.withheld === 'string' ? describe + withheldDescribe : describe,
    ...(said.folder === undefined ? {} : { folder: said.folder }),
  };
}

/** A known document whose file can no longer be read: as it was, with a word on that. */
export function describeUnreadable(known: IndexedDocument, why: string, now: Date): IndexedDocument {
  if (isUnreadable(known)) return known;
  const since = now.toISOString();
  const problem = `It cannot be read since ${since}: ${why}. It is shown as it was before.`;
  return {
    ...known,
    meta: { ...known.meta, unreadable: since, problem },
    describe: known.describe + unreadableDescribe,
  };
}

function describeBytes(
  layout: Layout,
  path: string,
  file: FileRead,
  rules: Pick<LeaveRules, 'withheld'>,
): Described | undefined {
  const classified = layout.classify(path);
  const plain = (problem: string) => classified && { ...classified, meta: { format: layout.format, problem } };
  if (file.bytes === undefined)
    return plain(
      `It is larger than ${limits.documentBodyBytesMax / 1024 / 1024} MiB: its content stays on the machine.`,
    );
  const withheld = classified && rules.withheld(path, classified, file.bytes);
  // Nothing of what it says, either: a title is content too.
  if (classified && withheld !== undefined) return { ...classified, meta: { format: layout.format, withheld } };
  const described = standingAlone(layout.describe(path, file.bytes));
  if (JSON.stringify(described.meta).length <= limits.metaBytesMax) return described;
  return plain('Its metadata is too large to be listed.');
}

/** A copy that holds nothing else in memory: to V8 a title that was cut out of a text is a place in that text, which then stays whole. */
function standingAlone(described: Described): Described {
  return JSON.parse(JSON.stringify(described)) as Described;
}
