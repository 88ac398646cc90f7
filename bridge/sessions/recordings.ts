/** The recordings of terminals that lie on this machine: which there are, and what is in them. */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { castEvent, castHeader } from '#contract/asciicast.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { recordingFolder, recordingOf } from './output-files.ts';
import type { Recorded, RecordingPiece } from './sessions.ts';

const ending = '.cast';
/** Of a file, what surely has its first line, and its last whole event: a keeper writes at most 64 KiB in one. */
const HEAD_BYTES = 16 * 1024;
const TAIL_BYTES = 512 * 1024;
/** Most files end with short lines. */
const SHORT_TAIL_BYTES = 4 * 1024;

/** Newest first. */
export async function listRecordings(data: string, titleOf: (id: string) => string | undefined): Promise<Recorded[]> {
  const folder = recordingFolder(data);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending));
  const found = await Promise.all(
    names.map(async (name) => ({ name, stats: await stat(join(folder, name)).catch(() => undefined) })),
  );
  const newest = found
    .flatMap(({ name, stats }) => (stats?.isFile() ? [{ name, at: stats.mtimeMs }] : []))
    .sort((a, b) => b.at - a.at)
    .slice(0, limits.recordingsListedMax);
  const described: Recorded[] = [];
  // One after another: a list must not open hundreds of files at once.
  for (const { name } of newest) {
    const terminal = name.slice(0, -ending.length);
    const one = await describe(data, terminal).catch(() => undefined);
    if (one !== undefined) described.push({ ...one, ...named(titleOf(terminal)) });
  }
  return described;
}

function named(title: string | undefined) {
  return title === undefined ? {} : { title };
}

async function describe(data: string, terminal: string): Promise<Omit<Recorded, 'title'> | undefined> {
  await using file = await open(recordingOf(data, terminal));
  const { size: bytes } = await file.stat();
  const [line = ''] = (await textAt(file, 0, HEAD_BYTES)).split('\n');
  const header = castHeader(line);
  if (header === undefined) return undefined;
  const { cols, rows, command, startedAt } = header;
  return {
    ...{ terminal, bytes, cols, rows, seconds: await secondsOf(file, bytes) },
    ...(command === undefined ? {} : { command }),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
  };
}

/** From `offset` on, whole characters, at most `bytesMax`. Throws `record-unknown`. */
export async function readRecording(
  data: string,
  terminal: string,
  { offset, bytesMax }: { readonly offset: number; readonly bytesMax: number },
): Promise<RecordingPiece> {
  await using file = await open(recordingOf(data, terminal)).catch(() => {
    throw new Problem('record-unknown', 'This machine keeps no recording of this terminal.');
  });
  const { size: bytes } = await file.stat();
  const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, offset);
  return {
    bytes: buffer.subarray(0, bytesRead),
    end: offset + bytesRead >= bytes,
    size: bytes,
    seconds: await secondsOf(file, bytes),
  };
}

/** The time of the last event. */
async function secondsOf(file: FileHandle, bytes: number): Promise<number> {
  for (const most of [SHORT_TAIL_BYTES, TAIL_BYTES]) {
    const lines = (await textAt(file, Math.max(0, bytes - most), most)).split('\n');
    for (const line of lines.toReversed()) {
      const event = castEvent(line);
      if (event !== undefined) return event.at;
    }
  }
  return 0;
}

async function textAt(file: FileHandle, at: number, most: number): Promise<string> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, at);
  return buffer.toString('utf8', 0, bytesRead);
}
