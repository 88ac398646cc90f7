/** Which real servers and browsers the tests use that are going to run, and their installation where that is possible. What is missing elsewhere skips the tests that need it (`test/kit/parts.ts`). */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPart, findProgram, type Part, parts } from '../test/kit/parts.ts';

const root = join(import.meta.dirname, '..');

/** The test files that need a part, by part. */
export type Needed = ReadonlyMap<Part, readonly string[]>;

/** Reads from test files (paths from the root) what they say that they need. */
export async function neededBy(files: readonly string[]): Promise<Needed> {
  const needed = new Map<Part, string[]>();
  for (const file of files)
    for (const part of declaredIn(await readFile(join(root, file), 'utf8')))
      needed.set(part, [...(needed.get(part) ?? []), file]);
  return needed;
}

/** The parts in `needs('squid', 'nginx')` and `testNeeding(…)` of a test file. */
export function declaredIn(text: string): Set<Part> {
  const calls = [...text.matchAll(/\b(?:needs|testNeeding)\(([^)]*)\)/g)].map(([, list = '']) => list);
  const names = calls.flatMap((list) => [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name));
  return new Set((Object.keys(parts) as Part[]).filter((part) => names.includes(part)));
}

/** Installs what is missing, having said what and why. False where that was tried and failed; where it cannot be tried, the tests are skipped. */
export function installMissing(needed: Needed, say: (line: string) => void): boolean {
  const missing = [...needed.keys()].filter((part) => findPart(part) === undefined);
  if (missing.length === 0) return true;
  for (const part of missing) say(`${part} is not installed, and used by ${someOf(needed.get(part) ?? [])}.`);
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
  const packages = missing.map((part) => parts[part].debian);
  if (!mayInstall) {
    say(
      `Installing takes Debian and root, so the tests with these parts are skipped. To run them: install ${packages.join(', ')}.`,
    );
    return true;
  }
  say(`Installing ${packages.join(', ')} now, with apt-get …`);
  return install(packages);
}

function install(packages: readonly string[]): boolean {
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  // A package that starts a service of its own would take a port: tests start theirs.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = (...args: string[]) => spawnSync('apt-get', args, { env, stdio: ['ignore', 2, 2] }).status;
  run('update', ...quiet);
  return run('install', '-y', '--no-install-recommends', ...quiet, ...packages) === 0;
}

function someOf(files: readonly string[]): string {
  return files.length <= 2 ? files.join(' and ') : `${files[0]} and ${files.length - 1} more`;
}
