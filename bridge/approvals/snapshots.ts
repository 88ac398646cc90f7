/** Keeps a text as it was asked about or decided on, as a snapshot beside the approval, in the tool's own layout. */
import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fields, parseFields } from '#contract/approvals/approval.ts';
import { isVersion, snapshotsFolder } from '#contract/approvals/snapshots.ts';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../files/read.ts';
import { revOf } from '../files/rev.ts';
import { replaceFile } from '../files/write.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';

export type SnapshotTrigger = 'initial' | 'revision_requested' | 'approved' | 'manual';

export interface SnapshotWanted {
  /** Names the temporary files; id of the command, or a random one. */
  readonly id: string;
  /** Absolute real path of the project. */
  readonly root: string;
  /** The approval's JSON in the project. */
  readonly approval: { readonly path: string; readonly id: string; readonly title: string };
  /** The reviewed file as the approval names it (`filePath`), its bytes, and when it was last changed (ms since 1970). */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly mtime: number;
  readonly trigger: SnapshotTrigger;
  readonly now: Date;
}

/** Where a snapshot is. */
export interface SnapshotTaken {
  readonly path: string;
  readonly version: number;
}

/** How often a number that somebody else took, or a list that changed, is met with another try. */
const triesMax = 3;

/**
 * Writes a snapshot and lists it in metadata.json. The newest snapshot is used again if it has the same approval, trigger and
 * text: so a decision that a crash interrupted leaves one snapshot. Throws a Problem where it cannot be written or listed.
 */
export async function takeSnapshot(wanted: SnapshotWanted): Promise<SnapshotTaken> {
  const folder = snapshotsFolder(wanted.approval.path, wanted.file.replaceAll('\\', '/'));
  const content = decodeUtf8(wanted.bytes);
  if (content === undefined) throw new Problem('file-unparsable', 'A snapshot holds text in UTF-8 only.');
  for (let tries = 1; ; tries++) {
    try {
      const taken = await writeSnapshot(wanted, folder, content);
      await list(wanted, folder, taken);
      return taken;
    } catch (error) {
      if (tries === triesMax || !(error instanceof Problem) || error.code !== 'conflict') throw error;
    }
  }
}

async function writeSnapshot(wanted: SnapshotWanted, folder: string, content: string): Promise<SnapshotTaken> {
  const { root, id, approval, trigger, bytes, mtime, now } = wanted;
  const present = await versionsIn(root, folder);
  const newest = present.at(-1);
  if (newest !== undefined && (await isSame(wanted, newest, content))) return newest;
  const listed = (await readMetadata(root, folder)).versions;
  const version = Math.max(0, newest?.version ?? 0, ...listed) + 1;
  const path = `${folder}/${fileName(version)}`;
  const snapshot = {
    id: `snapshot_${now.getTime()}_${randomId()}`,
    approvalId: approval.id,
    approvalTitle: approval.title,
    version,
    timestamp: now.toISOString(),
    trigger,
    // The tool notes the status before the decision.
    status: 'pending',
    content,
    fileStats: { size: bytes.length, lines: content.split('\n').length, lastModified: new Date(mtime).toISOString() },
    comments: [],
  };
  await write({ id, root, path, before: null }, snapshot);
  return { path, version };
}

/** The snapshots on the disk, oldest first. */
async function versionsIn(root: string, folder: string): Promise<readonly SnapshotTaken[]> {
  const names = await readdir(join(root, folder)).catch(() => []);
  return names
    .flatMap((name) => {
      const [, digits] = /^snapshot-(\d{3,})\.json$/.exec(name) ?? [];
      const version = Number(digits);
      return isVersion(version) ? [{ path: `${folder}/${name}`, version }] : [];
    })
    .sort((a, b) => a.version - b.version);
}

async function isSame({ root, approval, trigger }: SnapshotWanted, { path }: SnapshotTaken, content: string) {
  const fields = (await readJson(root, path)).fields;
  return (
    fields?.approvalId === approval.id &&
    fields.trigger === trigger &&
    fields.content === content &&
    trigger !== 'manual'
  );
}

/** Lists a snapshot in metadata.json, unless it is listed. */
async function list(wanted: SnapshotWanted, folder: string, { version }: SnapshotTaken): Promise<void> {
  const { root, id, approval, file, trigger, now } = wanted;
  const { rev, fields, snapshots, versions } = await readMetadata(root, folder);
  if (versions.includes(version)) return;
  const entry = {
    version,
    filename: fileName(version),
    timestamp: now.toISOString(),
    trigger,
    approvalId: approval.id,
    approvalTitle: approval.title,
  };
  const metadata = { filePath: file, ...fields, currentVersion: version, snapshots: [...snapshots, entry] };
  await write({ id, root, path: `${folder}/metadata.json`, before: rev }, metadata);
}

/** metadata.json as it is; one that cannot be understood is left alone. Throws `file-unparsable`. */
async function readMetadata(root: string, folder: string) {
  const { rev, fields = {}, problem } = await readJson(root, `${folder}/metadata.json`);
  if (problem !== undefined) throw new Problem('file-unparsable', `metadata.json is left alone: ${problem}`);
  const { snapshots = [] } = fields;
  if (!Array.isArray(snapshots))
    throw new Problem('file-unparsable', 'metadata.json is left alone: its `snapshots` is no list.');
  const versions = snapshots.flatMap((each: unknown) => {
    const version = typeof each === 'object' && each !== null ? (each as Fields).version : undefined;
    return isVersion(version) ? [version] : [];
  });
  return { rev, fields, snapshots: snapshots as readonly unknown[], versions };
}

/** A JSON file that may be absent; `rev` is then null. */
async function readJson(
  root: string,
  path: string,
): Promise<{ readonly rev: string | null; readonly fields?: Fields; readonly problem?: string }> {
  const read = await readAt(root, path);
  if (read.is === 'absent') return { rev: null };
  if (read.is !== 'file' || !('rev' in read) || read.bytes === undefined)
    throw new Problem('path-refused', `"${path}" is no regular file that can be read.`);
  const text = decodeUtf8(read.bytes);
  const fields = text === undefined ? 'The file is not valid UTF-8.' : parseFields(text);
  return typeof fields === 'string' ? { rev: read.rev, problem: fields } : { rev: read.rev, fields };
}

async function write(
  target: { readonly id: string; readonly root: string; readonly path: string; readonly before: string | null },
  value: object,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(value, null, 2));
  if (target.before === revOf(bytes)) return;
  await replaceFile({ ...target, bytes, ready: async () => {} });
}

function fileName(version: number): string {
  return `snapshot-${String(version).padStart(3, '0')}.json`;
}

/** Nine of 0-9a-z, as the tools end their ids. */
export function randomId(): string {
  return Array.from({ length: 9 }, () => randomInt(36).toString(36)).join('');
}
