/** What the repository promises of itself. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '#contract/version.ts';

const root = join(import.meta.dirname, '..', '..');

async function read(path: string): Promise<string> {
  return await readFile(join(root, path), 'utf8');
}

test('the version of the contract is that of the package', async () => {
  assert.equal(JSON.parse(await read('package.json')).version, VERSION);
});

test('bridge, api and app meet in the contract only, and the contract imports nobody', async () => {
  const strangers: string[] = [];
  for await (const file of glob(['api/**/*.ts', 'bridge/**/*.ts', 'pwa/**/*.{ts,tsx}'], {
    cwd: root,
    exclude: ['pwa/dist/**'],
  })) {
    for (const [, target = ''] of (await read(file)).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g))
      if (isForeign(file, target)) strangers.push(`${file} → ${target}`);
  }
  assert.deepEqual(strangers, []);
});

/** Packages without I/O that the contract may use. */
const pure: ReadonlySet<string> = new Set(['valibot', 'diff', 'hpke']);

function isForeign(file: string, target: string): boolean {
  const inContract = file.startsWith('api/contract/');
  if (inContract && !target.startsWith('.')) return !pure.has(target);
  if (!target.startsWith('.')) return false;
  const resolved = join(dirname(file), target);
  const home = inContract ? 'api/contract' : (file.split('/')[0] ?? '');
  return !resolved.startsWith(`${home}/`);
}

test('the relay knows no features: no kind of command or document, no format, is named in api/ outside the contract', async () => {
  const features =
    /spec-metadata|task-status|spec-archive|spec-unarchive|document-write|steering|lean-?spec|spec-workflow|spec-context|'approval'|'tasks'|'sub-spec'/i;
  const knowing: string[] = [];
  for await (const file of glob('api/**/*.ts', { cwd: root, exclude: ['api/contract/**'] }))
    if (features.test(await read(file))) knowing.push(file);
  assert.deepEqual(knowing, []);
});

test('one folder owns the network, one file the watcher and one the database', async () => {
  const owners: Record<string, string[]> = { undici: [], chokidar: [], 'node:sqlite': [] };
  const watching: string[] = [];
  for await (const file of glob(['api/**/*.ts', 'bridge/**/*.ts'], { cwd: root })) {
    const text = await read(file);
    if (/^import (?!type).*\bwatch\b.*'node:fs'/m.test(text)) watching.push(file);
    for (const [library, files] of Object.entries(owners))
      if (new RegExp(`^import (?!type).*'${library}'`, 'm').test(text))
        files.push(library === 'undici' ? dirname(file) : file);
  }
  for (const [library, files] of Object.entries(owners).map(([name, found]) => [name, [...new Set(found)]] as const))
    assert.ok(files.length <= 1, `${library}: ${files.join(', ')}`);
  // It waits for one file of an approval, without a bridge.
  assert.deepEqual(watching.sort(), ['bridge/approvals/wait.ts']);
});

test('no package of the tree has an install script, and the lockfile names no registry host', async () => {
  const lock = await read('package-lock.json');
  const scripted = Object.entries<{ hasInstallScript?: boolean }>(JSON.parse(lock).packages)
    .filter(([path, entry]) => entry.hasInstallScript && !path.endsWith('/fsevents'))
    .map(([path]) => path);
  assert.deepEqual(scripted, []);
  assert.doesNotMatch(lock, /"resolved"/);
});

test('every link between the documents leads somewhere', async () => {
  const broken: string[] = [];
  for await (const file of glob(['README.md', 'SECURITY.md', 'docs/**/*.md'], { cwd: root }))
    for (const [, target = ''] of (await read(file)).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
      if (!existsSync(join(root, dirname(file), target))) broken.push(`${file} → ${target}`);
  assert.deepEqual(broken, []);
});
