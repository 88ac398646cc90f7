/** The snapshots of a reviewed file: what was asked for, and what was decided on. Pure. */
import type { Document } from '../document.ts';
import type { SnapshotsMeta } from '../meta.ts';
import { parseFields } from './approval.ts';

/** One snapshot, as its document describes it. */
export interface SnapshotListed {
  readonly version: number;
  readonly trigger: string;
  readonly timestamp: string;
  readonly approvalId: string;
  readonly approvalTitle: string;
  /** Bytes and lines of the text that it holds. */
  readonly size: number;
  readonly lines: number;
  /** SHA-256 of that text. */
  readonly rev: string;
  /** The snapshot's file. */
  readonly path: string;
}

export interface SnapshotsOfFile {
  readonly items: readonly SnapshotListed[];
  /** Versions that exist and that metadata.json does not list. */
  readonly unlisted: readonly number[];
  /** The file that metadata.json names. Files with the same name in one category share their snapshots. */
  readonly file?: string;
}

/** Whether something is the number of a snapshot. A larger one is a mistake, after which no further number could be counted to. */
export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= versionMax;
}
const versionMax = 999_999_999;

/** The folder that holds the snapshots of a file, beside the approval at `path`. */
export function snapshotsFolder(path: string, file: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/.snapshots/${file.split('/').at(-1) ?? file}`;
}

/** The snapshots in a folder, oldest first, from the project's documents. */
export function snapshotsIn(documents: readonly Document[], folder: string): SnapshotsOfFile {
  const own = documents.filter(({ path, kind }) => kind === 'snapshots' && inFolder(path, folder));
  const about = own.find(({ path }) => path === `${folder}/metadata.json`)?.meta as SnapshotsMeta | undefined;
  const items = own
    .flatMap(({ path, title, meta }) => listed(path, title, meta as unknown as SnapshotsMeta))
    .sort((a, b) => a.version - b.version);
  const known = new Set(about?.listed ?? items.map(({ version }) => version));
  const unlisted = items.map(({ version }) => version).filter((version) => !known.has(version));
  return { items, unlisted, ...(about?.file === undefined ? {} : { file: about.file }) };
}

function inFolder(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/');
}

function listed(path: string, title: string | undefined, meta: SnapshotsMeta): SnapshotListed[] {
  const { version, trigger = '', timestamp = '', approval = '', size = 0, lines = 0, text_rev } = meta;
  if (version === undefined || text_rev === undefined) return [];
  return [
    { version, trigger, timestamp, approvalId: approval, approvalTitle: title ?? '', size, lines, rev: text_rev, path },
  ];
}

/** The newest text that was approved; undefined if none was. */
export function lastApproved(items: readonly SnapshotListed[]): SnapshotListed | undefined {
  return items.findLast(({ trigger }) => trigger === 'approved');
}

/** The newest text that was decided on: approved, or sent back. A decision on this very request and text is what it is about, and no text before it. */
export function lastDecided(
  items: readonly SnapshotListed[],
  { approval, fileRev }: { readonly approval: string; readonly fileRev: string | undefined },
): SnapshotListed | undefined {
  return items.findLast(
    ({ trigger, approvalId, rev }) =>
      (trigger === 'approved' || trigger === 'revision_requested') && (approvalId !== approval || rev !== fileRev),
  );
}

/** The text as it was when this approval was asked for. */
export function asAsked(items: readonly SnapshotListed[], approval: string, createdAt: string | undefined) {
  const own = items.find(({ approvalId }) => approvalId === approval);
  return own ?? items.findLast(({ timestamp }) => createdAt !== undefined && timestamp <= createdAt);
}

/** The text that a snapshot holds; undefined for one that cannot be read. */
export function contentOf(text: string): string | undefined {
  const fields = parseFields(text);
  return typeof fields !== 'string' && typeof fields.content === 'string' ? fields.content : undefined;
}
