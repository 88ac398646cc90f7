/** Processes of a child: which program an argv means, and signals to all that belong to it. */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { join, resolve } from 'node:path';

/** The file that a program's name means, from the `PATH` of its environment; undefined where there is none. Windows finds it by itself. */
export function findProgram(name: string, cwd: string, path = '/usr/bin:/bin'): string | undefined {
  if (process.platform === 'win32') return name;
  if (name.includes('/')) return isProgram(resolve(cwd, name)) ? resolve(cwd, name) : undefined;
  return path
    .split(':')
    .map((folder) => resolve(cwd, folder, name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(osConstants.signals, name);
}

/** The name of a signal's number; undefined for 0. */
export function signalName(number: number | undefined): string | undefined {
  return Object.entries(osConstants.signals).find(([, value]) => value === number)?.[0];
}

/** Sends a signal to the process group that a child leads; nothing happens where it has ended. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  signal(process.platform === 'win32' ? pid : -pid, name);
}

/** Sends a signal to every process of the session that a child leads, such as the jobs of a shell, which have groups of their own. Where the system does not list sessions, to its group. */
export function signalSession(pid: number, name: NodeJS.Signals): void {
  const members = sessionOf(pid);
  if (members.length === 0) signalGroup(pid, name);
  signalAll(members, name);
}

export function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) signal(pid, name);
}

function signal(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** The processes that live in a session, as Linux lists them. */
export function sessionOf(pid: number): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(join('/proc', name, 'stat'), 'utf8');
      const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(session) === pid && state !== 'Z' ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
