/** The acid test of the structure (docs/CONTRIBUTING.md, "How a feature is added"): makes "show git status on the phone" in a copy of the tree, and holds the project to what this may take: a file in the contract, one in the bridge, a folder in the app, a story, and a line of a registry each. `npm run acid` */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { needs } from '../kit/parts.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { type Entry, entries } from './lines.ts';

const root = join(import.meta.dirname, '..', '..');
const templates = join(import.meta.dirname, 'feature');
/** What is not the project's source, at the root of the tree. */
const left = /^(\.git|\.sallyport|node_modules|pwa\/dist)(\/|$)/;

let copy = '';

before(async () => {
  // Below the repository, so that packages are found and builds stay on one disk; git ignores the folder.
  await mkdir(join(root, '.sallyport'), { recursive: true });
  copy = await mkdtemp(join(root, '.sallyport/acid-'));
  for (const path of await sources(root)) await cp(join(root, path), join(copy, path));
  await addFeature();
});
after(() => rm(copy, { recursive: true, force: true }));

suite('a feature is added', { concurrency: false }, () => {
  test('with the files and lines that the design allows and the docs list, and no more', async () => {
    const places = /^(api\/contract\/kinds|bridge\/commands\/kinds|pwa\/features|test\/stories)\//;
    assert.deepEqual(
      (await touched()).filter((path) => !places.test(path)),
      [],
    );
    assert.deepEqual([...new Set((await newFiles()).map(dirname))].sort(), [
      'api/contract/kinds',
      'bridge/commands/kinds',
      'pwa/features/git-status',
      'test/stories',
    ]);
    const listed = /## How a feature is added[\s\S]*?```\n([\s\S]*?)```/.exec(
      await source('docs/CONTRIBUTING.md'),
    )?.[1];
    const added = (await newFiles()).map((path) => `new   ${path}`);
    const lines = entries.map(({ file }) => `line  ${file}`);
    assert.deepEqual(listed?.trim().split('\n').sort(), [...added, ...lines].sort());
  });

  test('and compiles, and the linter has nothing to say', async () => {
    assert.equal(compile('tsconfig.node.json'), '');
    assert.equal(compile('pwa'), '');
    assert.equal(
      run('biome', 'ci', '--colors=off', '--vcs-enabled=false', '--error-on-warnings', ...(await touched())),
      '',
    );
  });

  test('and does not compile where its line in a registry is left out', async () => {
    for (const entry of entries) {
      const path = join(copy, entry.file);
      const text = await readFile(path, 'utf8');
      await writeFile(path, await source(entry.file));
      const said = compile(entry.file.startsWith('bridge/') ? 'tsconfig.node.json' : 'pwa');
      await writeFile(path, text);
      assert.notEqual(said, '', `without its line in ${entry.file}`);
    }
  });

  test('and a person sees it on the phone', { skip: needs('chromium') }, () => {
    assert.equal(run('node', '--conditions=browser', '--test', 'test/stories/git-status.test.ts'), '');
  });

  test('and nothing else has changed: no table of the docs, and none of the repository’s own rules', async () => {
    assert.equal(run('node', 'scripts/docs.ts'), '');
    assert.equal(
      run('node', '--test', 'test/repo/docs.test.ts', 'test/repo/tree.test.ts', 'test/repo/protocol.test.ts'),
      '',
    );
    const changed: string[] = [];
    for (const path of await sources(copy))
      if ((await readFile(join(copy, path), 'utf8')) !== (await source(path).catch(() => undefined)))
        changed.push(path);
    assert.deepEqual(changed.sort(), (await touched()).sort());
  });
});

async function sources(tree: string): Promise<string[]> {
  const found = await Array.fromAsync(
    glob('**', { cwd: tree, withFileTypes: true, exclude: (entry) => left.test(pathIn(tree, entry)) }),
  );
  const files = found.filter((entry) => entry.isFile()).map((entry) => pathIn(tree, entry));
  return files.filter((path) => path !== 'tsconfig.node.json');
}

function pathIn(tree: string, { parentPath, name }: { readonly parentPath: string; readonly name: string }): string {
  return relative(tree, join(parentPath, name));
}

async function source(path: string): Promise<string> {
  return await readFile(join(root, path), 'utf8');
}

/** The feature's files, by their place in the tree. */
async function newFiles(): Promise<string[]> {
  return (await Array.fromAsync(glob('**/*.txt', { cwd: templates }))).map((path) => path.replace(/\.txt$/, ''));
}

/** Every file of the feature, new or not. */
async function touched(): Promise<string[]> {
  return [...(await newFiles()), ...entries.map(({ file }) => file)];
}

async function addFeature(): Promise<void> {
  for (const path of await newFiles()) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await cp(join(templates, `${path}.txt`), join(copy, path));
  }
  for (const entry of entries) await addEntry(entry);
  // What of the tree the feature can break, so that it is compiled in half the time.
  const include = ['bridge', 'test/stories/git-status.test.ts'];
  await writeFile(join(copy, 'tsconfig.node.json'), JSON.stringify({ extends: './tsconfig.json', include }));
}

async function addEntry({ file, added }: Entry): Promise<void> {
  let text = await source(file);
  for (const { before: anchor, text: more } of added) {
    assert.equal(text.split(anchor).length, 2, `${file} has this no more, or twice: ${anchor}`);
    text = text.replace(anchor, () => `${more}${anchor}`);
  }
  await writeFile(join(copy, file), text);
}

/** In one thread, which takes a third of the work: several check the same types once each. */
function compile(project: string): string {
  return run('tsc', '--singleThreaded', '-p', project);
}

/** What a program says that fails in the copy; empty where it does not. */
function run(program: string, ...args: readonly string[]): string {
  const bin = join(root, 'node_modules/.bin', program);
  const [file, ...rest] = program === 'node' ? [process.execPath, ...args] : [bin, ...args];
  const { status, stdout, stderr, error } = spawnSync(file, rest, {
    cwd: copy,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`;
}
