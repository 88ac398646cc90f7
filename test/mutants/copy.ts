/** A copy of the whole tree, from which a rule is taken out for a while. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment } from '../kit/process.ts';
import { openTemporaryFolder, type TemporaryFolder } from '../kit/projects.ts';

const root = join(import.meta.dirname, '..', '..');
/** What a copy is made without: what is no source, and the packages, to which it has a link. */
const left = new Set(['.git', 'node_modules']);

/** A rule that stands in a line of a file. */
export interface Rule {
  readonly file: string;
  /** The line, or a part of it, as it stands in the file; there only once. */
  readonly line: string;
  /** What stands there without the rule. */
  readonly without: string;
}

export async function copyTree(): Promise<TemporaryFolder> {
  const folder = await openTemporaryFolder();
  for (const name of await readdir(root))
    if (!left.has(name)) await cp(join(root, name), join(folder.path, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

/** Runs `act` while the copy is without the rule. */
export async function withoutRule<Result>(
  tree: string,
  { file, line, without }: Rule,
  act: () => Promise<Result>,
): Promise<Result> {
  const path = join(tree, file);
  const text = await readFile(path, 'utf8');
  assert.equal(text.split(line).length, 2, `${file} has the line of the rule no more, or twice: ${line}`);
  await writeFile(
    path,
    text.replace(line, () => without),
  );
  try {
    return await act();
  } finally {
    await writeFile(path, text);
  }
}

/** What a program of a copy says on stdout and stderr; it is ended after so many ms. */
export async function saidIn(
  tree: string,
  args: readonly string[],
  timeout: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: tree,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
