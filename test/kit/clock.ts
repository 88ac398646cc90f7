/** Programs whose clock is not that of this machine. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;

/** The environment of a program whose clock is so far ahead. */
export function clockAhead(ms: number): Record<string, string> {
  return ms === 0 ? {} : { NODE_OPTIONS: `--import=${preload}`, SHIFTED_CLOCK_AHEAD_MS: String(ms) };
}

export interface MovedClock {
  /** The environment of a program that is not ours, linked to the system's C library. */
  readonly env: Record<string, string>;
  /** Sets the clock of that program, which runs or not, so far ahead, in whole seconds. */
  set(ms: number): Promise<void>;
}

/** A clock that can be set while its program runs; its files are in `folder`. Needs gcc, on Linux. */
export async function makeMovedClock(folder: string): Promise<MovedClock> {
  const [library, file] = [join(folder, 'shifted-clock.so'), join(folder, 'ahead')];
  const source = join(import.meta.dirname, 'shifted-clock.c');
  const { status, stderr } = spawnSync('gcc', ['-shared', '-fPIC', '-nostdlib', '-o', library, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
  const set = async (ms: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms / 1000));
    await writeFile(file, bytes, { flag: existsSync(file) ? 'r+' : 'w' });
  };
  await set(0);
  return { env: { LD_PRELOAD: library, SHIFTED_CLOCK_FILE: file }, set };
}
