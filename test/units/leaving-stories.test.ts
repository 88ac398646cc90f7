/** Secrets beside specs, in real projects: what an edit may not give away, what git's rules keep here, and specs whose names sound like secrets. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandProblem } from '#contract/command.ts';
import { openGitRules } from '../../bridge/leaving/git-rules.ts';
import { eventually } from '../kit/eventually.ts';
import { openWorkshop } from '../kit/executor.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

/** Put together here, so that no scanner takes this file for a leak. */
const token = `${'ghp_'}aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6`;

test('no edit gives away what is withheld: its undo would carry the text that it replaces', async () => {
  const path = '.spec-workflow/specs/checkout/design.md';
  const text = `# Design\n\n${token}\n`;
  await using shop = await openWorkshop(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [path]: text });
  });
  const document = (await shop.rescan()).documents.get(path);
  const named = { spec: 'checkout', document: 'design.md' };
  for (const change of [{ edits: [{ start: 0, end: text.length, text: '' }] }, { content: '# New\n' }]) {
    const outcome = await shop.run('spec-document-write', { ...named, ...change }, { ifRev: document?.rev ?? '' });
    assert.equal((outcome.problem as CommandProblem | undefined)?.code, 'withheld');
    assert.equal(JSON.stringify(outcome).includes(token), false);
  }
  assert.equal(await readFile(join(shop.root, path), 'utf8'), text);
});

test('specs whose names sound like secrets are seen, at the start and when they come', async () => {
  const names = ['secrets', 'tokens', 'credentials', 'api-keys', 'sftp-config', 'password'];
  const documentOf = (name: string) => `.spec-workflow/specs/${name}/requirements.md`;
  await using watched = await openWatched(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, Object.fromEntries(names.map((name) => [documentOf(name), `# ${name}\n`])));
  });
  assert.deepEqual(
    names.filter((name) => !watched.has(documentOf(name))),
    [],
  );
  const late = ['passwords', 'private-key', 'auth-token'];
  for (const name of late) await writeFiles(watched.root, { [documentOf(name)]: `# ${name}\n` });
  await writeFiles(watched.root, { 'specs/004-x_rsa/README.md': specText('Keys') });
  await eventually(() => [...late.map(documentOf), 'specs/004-x_rsa/README.md'].every((path) => watched.has(path)));
});

test("a list of git's that is refused keeps all below it here, whatever a nearer list brings back", async () => {
  await using folder = await openTemporaryFolder();
  const root = await realpath(folder.path);
  execFileSync('git', ['init', '-q', root]);
  await writeFiles(root, {
    'specs/.gitignore': 'x\n'.repeat(40_000),
    'specs/1-a/.gitignore': '!*\n',
    'specs/1-a/people.csv': 'Ada\n',
    'docs/people.csv': 'Ada\n',
  });
  const rules = await openGitRules(root);
  assert.match((await rules.ignored('specs/1-a/people.csv')) ?? '', /specs\/\.gitignore is refused/);
  assert.equal(await rules.ignored('docs/people.csv'), undefined);
  assert.deepEqual(
    rules.refused().map(({ path }) => path),
    ['specs/.gitignore'],
  );
});

const gitNames = ['a', 'b', 'x.txt', 'keep.md', 'log', 'specs', '1-a'];
const gitRules = (
  '* !* *.txt !x.txt a/ /a a !a b/ !b/ **/log log/** !keep.md specs/1-a/* !specs/1-a/keep.md 1-a/a ' +
  '/b/* !/b/a */ !*/ x.* a/b **/a/x.txt'
).split(' ');

test('whatever git itself ignores stays here, in trees and with lists made at random', async () => {
  await using folder = await openTemporaryFolder();
  const first = Date.now() % 100_000;
  for (let tree = 0; tree < 12; tree++) {
    const root = join(await realpath(folder.path), `tree${tree}`);
    const { files, ignored } = await makeTree(root, first + tree);
    const rules = await openGitRules(root);
    const leaving: string[] = [];
    for (const file of files) if ((await rules.ignored(file)) === undefined) leaving.push(file);
    const message = `seed ${first + tree}`;
    assert.deepEqual(
      leaving.filter((file) => ignored.has(file)),
      [],
      message,
    );
  }
});

test('what git ignores stays here while an editor or a checkout writes its list anew, and follows the list then', async () => {
  const path = 'specs/001-first-light/people.csv';
  let emptiedMs: number;
  do {
    await using watched = await openWatched(async (root) => {
      await makeSmallProject(root);
      await writeFiles(root, { '.git/HEAD': '', '.gitignore': '*.csv\n', [path]: 'Ada,1' });
    });
    await writeFiles(watched.root, { '.gitignore': '' });
    const began = performance.now();
    await delay(100);
    await writeFiles(watched.root, { '.gitignore': '*.csv\n*.tsv\n' });
    emptiedMs = performance.now() - began;
    await watched.quiet();
    await watched.rescan();
    // On a machine that was too busy the list was empty for so long that it was meant.
    if (emptiedMs < 200) assert.deepEqual(watched.told(), []);

    await writeFiles(watched.root, { '.gitignore': '*.tsv\n' });
    await eventually(() => watched.has(path));
  } while (emptiedMs >= 200);
});

test('a worktree of git keeps to the exclude list of its checkout', async () => {
  await using folder = await openTemporaryFolder();
  const main = join(await realpath(folder.path), 'main');
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', main, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words]);
  execFileSync('git', ['init', '-q', main]);
  git('commit', '-q', '--allow-empty', '-m', 'first');
  git('worktree', 'add', '-q', '../tree');
  await writeFiles(main, { '.git/info/exclude': '*.csv\n' });
  const rules = await openGitRules(join(main, '../tree'));
  assert.match((await rules.ignored('specs/1-a/people.csv')) ?? '', /exclude: \*\.csv/);
  assert.equal(await rules.ignored('specs/1-a/notes.md'), undefined);
});

/** A checkout of random files and lists, and what git ignores of it. */
async function makeTree(root: string, seed: number): Promise<{ files: string[]; ignored: ReadonlySet<string> }> {
  let state = seed;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
  const pick = (from: readonly string[]) => from[random(from.length)] ?? '';
  const some = (most: number, from: readonly string[]) => Array.from({ length: 1 + random(most) }, () => pick(from));
  await mkdir(root);
  execFileSync('git', ['init', '-q', root]);
  const files: string[] = [];
  for (let count = 0; count < 25; count++) {
    const file = some(4, gitNames).join('/');
    const isClash = files.some(
      (other) => other === file || other.startsWith(`${file}/`) || file.startsWith(`${other}/`),
    );
    if (!isClash) files.push(file);
  }
  const folders = ['.', ...new Set(files.map(dirname))].filter((_, index) => index === 0 || random(3) === 0);
  const lists = folders.map((at) => [join(at, '.gitignore'), `${some(4, gitRules).join('\n')}\n`]);
  await writeFiles(root, { ...Object.fromEntries(files.map((file) => [file, 'x'])), ...Object.fromEntries(lists) });
  const told = spawnSync('git', ['-C', root, 'check-ignore', '--no-index', '--stdin'], { input: files.join('\n') });
  return { files, ignored: new Set(told.stdout.toString('utf8').split('\n').filter(Boolean)) };
}
