/** The files of what runs wrote and of what terminals showed, which are kept for some weeks. */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { tailFile } from '../keeper/output-file.ts';
import type { Session } from './session.ts';
import type { RunOutput } from './sessions.ts';

const outputFolder = (folder: string) => join(folder, 'runs');
export const recordingFolder = (folder: string) => join(folder, 'recordings');

/** The files of a run. */
export function filesOf(folder: string, id: string) {
  const file = join(outputFolder(folder), id);
  return { out: `${file}.out`, err: `${file}.err` };
}

/** The recording of a terminal. */
export function recordingOf(folder: string, id: string): string {
  return join(recordingFolder(folder), `${id}.cast`);
}

/** The recording of a sealed terminal. Nothing reads it from away, because that would pass the relay. */
export function sealedRecordingOf(folder: string, id: string): string {
  return join(recordingFolder(folder), `${id}.cast-of-sealed`);
}

/** A piece of a stream. */
interface Wanted {
  readonly id: string;
  readonly stream: 'out' | 'err';
  readonly offset: number;
  readonly bytesMax: number;
}

/** Reads a piece. Throws `record-unknown`. */
export async function readOutput(
  folder: string,
  session: Session | undefined,
  { id, stream, offset, bytesMax }: Wanted,
): Promise<RunOutput> {
  if (session?.kept.record.kind !== 'run') throw new Problem('record-unknown', 'This machine has no such run.');
  const { record, ended } = session.kept;
  const parts = await partsOf(filesOf(folder, id)[stream], ended?.[stream]);
  const { bytes, skipped } = await readParts(parts, offset, bytesMax);
  const at = offset + skipped + bytes.length;
  const isLast = parts.every(({ to }) => to <= at);
  const isAtHole = ended !== undefined && at < ended[stream] && !parts.some(({ from, to }) => from <= at && at < to);
  return { bytes, skipped, isAtHole, end: record.state === 'ended' && isLast };
}

/** A file with bytes of an output, from a position to another. */
interface FilePart {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** The beginning of an output and, once it is known how long it is, its end. */
async function partsOf(file: string, total: number | undefined): Promise<readonly FilePart[]> {
  const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;
  const head = { file, from: 0, to: await sizeOf(file) };
  if (total === undefined || head.to >= total) return [head];
  const size = await sizeOf(tailFile(file));
  return [head, { file: tailFile(file), from: Math.max(head.to, total - size), to: size === 0 ? 0 : total }];
}

/** What lies behind a position without a hole, and how much is missing before it. */
async function readParts(parts: readonly FilePart[], offset: number, bytesMax: number) {
  const pieces: Buffer[] = [];
  let skipped = 0;
  let at = offset;
  for (const { file, from, to } of parts) {
    const left = offset + skipped + bytesMax - at;
    if (to <= at || left <= 0) continue;
    if (from > at && pieces.length > 0) break;
    skipped += Math.max(0, from - at);
    at = Math.max(at, from);
    const piece = await readFrom(file, at - from, Math.min(left, to - at));
    pieces.push(piece);
    at += piece.length;
  }
  return { bytes: Buffer.concat(pieces), skipped };
}

async function readFrom(path: string, offset: number, length: number): Promise<Buffer> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Drops those to which nothing was written for long. */
export async function dropOldFiles(data: string, nowMs: number): Promise<void> {
  for (const folder of [outputFolder(data), recordingFolder(data)])
    for (const name of await readdir(folder).catch(() => [])) {
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found !== undefined && nowMs - found.mtimeMs > limits.runOutputKeptMs)
        await rm(join(folder, name), { force: true });
    }
}
