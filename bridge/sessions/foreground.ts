/** What runs in the foreground of a terminal: its shell, or what was begun from it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';

const run = promisify(execFile);

/** How the system tells of processes; nothing on Windows. */
export type ProcessList = 'proc' | 'ps';
const here: Partial<Record<NodeJS.Platform, ProcessList>> = { linux: 'proc', darwin: 'ps', freebsd: 'ps' };

/** The command line of what has the terminal that this process leads, as far as a title goes; undefined while that is the process itself, and where the system does not say. */
export async function foregroundOf(
  pid: number,
  list: ProcessList | undefined = here[process.platform],
): Promise<string | undefined> {
  if (list === undefined) return undefined;
  try {
    const group = list === 'proc' ? await groupByProc(pid) : Number(await ps('tpgid=', pid));
    if (!(group > 0) || group === pid) return undefined;
    const line = list === 'proc' ? await lineByProc(group) : await ps('command=', group);
    return line === '' ? undefined : printable(line, limits.recordTitleLengthMax);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

async function groupByProc(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name before may have spaces and brackets.
  const [, , , , , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(group);
}

async function lineByProc(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').join(' ').trim();
}

async function ps(column: string, pid: number): Promise<string> {
  const { stdout } = await run('ps', ['-ww', '-o', column, '-p', String(pid)], { timeout: 2000 });
  return stdout.trim();
}
