/** The files of what runs wrote and of what terminals showed, which are kept for some weeks. */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
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
  const isOver = session.kept.record.state === 'ended';
  const file = await open(filesOf(folder, id)[stream]).catch(() => undefined);
  if (file === undefined) return { bytes: Buffer.alloc(0), end: isOver };
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, offset);
    return { bytes: buffer.subarray(0, bytesRead), end: isOver && bytesRead < bytesMax };
  } finally {
    await file.close();
  }
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
