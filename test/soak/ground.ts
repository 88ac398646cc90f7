/** The ground of a soak: a git repository of LeanSpec specs, of which commands write one half, and storms and branch switches the other. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { specText, writeFiles } from '../kit/projects.ts';

export interface Ground {
  readonly root: string;
  /** Names of the specs that nothing but commands writes. */
  readonly commanded: readonly string[];
  /** Writes many files anew within a moment. */
  storm(random: () => number): Promise<void>;
  /** Checks the other branch out: every file of its half is another one, and some are not there. */
  switchBranch(): void;
  /** Rev by path, of every file of a spec. */
  revs(): Promise<Map<string, string>>;
}

export const mainFile = (spec: string) => `specs/${spec}/README.md`;

/** Makes the repository at `root` with so many specs. */
export async function makeGround(root: string, specs: number): Promise<Ground> {
  const names = Array.from({ length: specs }, (_, n) => `${String(n + 1).padStart(3, '0')}-spec`);
  const half = Math.floor(specs / 2);
  const [commanded, disturbed] = [names.slice(0, half), names.slice(half)];
  const git = (...args: string[]) =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root });
  const write = (some: readonly string[], word: string) =>
    writeFiles(root, Object.fromEntries(some.map((name) => [mainFile(name), specText(`${name} ${word}`)])));
  await write(disturbed, 'main');
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'main');
  git('checkout', '-qb', 'other');
  await write(disturbed, 'other');
  git('rm', '-qf', ...disturbed.slice(-10).map(mainFile));
  git('commit', '-qam', 'other');
  await write(commanded, 'commanded');
  let branch = 'other';
  return {
    root,
    commanded,
    storm: async (random) => {
      const word = `storm ${random()}`;
      const some = disturbed.slice(0, -10).filter(() => random() < 0.5);
      await Promise.all(some.map((name) => writeFile(join(root, mainFile(name)), specText(`${name} ${word}`))));
    },
    switchBranch: () => {
      branch = branch === 'main' ? 'other' : 'main';
      git('checkout', '-qf', branch);
    },
    revs: async () => {
      const revs = new Map<string, string>();
      for await (const path of glob('specs/**/*.md', { cwd: root }))
        revs.set(
          path,
          createHash('sha256')
            .update(await readFile(join(root, path)))
            .digest('hex'),
        );
      return revs;
    },
  };
}
