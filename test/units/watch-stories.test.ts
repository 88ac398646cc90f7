/** What happens to files, and what the bridge then says of them: editors, checkouts, renames, links, mounts. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { eventually } from '../kit/eventually.ts';
import { inotifyWatches } from '../kit/inotify.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

const first = 'specs/001-first-light/README.md';

test('a save in place is told once, with the title it has now', async () => {
  await using watched = await openWatched(makeSmallProject);
  await writeFile(join(watched.root, first), specText('Saved'));
  await eventually(() => watched.titleOf(first) === 'Saved');
  assert.deepEqual(new Set(watched.told()), new Set([`put ${first}`]));
});

test('vim saves by a backup, a rename and a probe file, and nothing is deleted', async () => {
  await using watched = await openWatched(makeSmallProject);
  const folder = join(watched.root, 'specs/001-first-light');
  await writeFile(join(folder, '.README.md.swp'), 'swap');
  await writeFile(join(folder, '4913'), '');
  await unlink(join(folder, '4913'));
  await rename(join(folder, 'README.md'), join(folder, 'README.md~'));
  await writeFile(join(folder, 'README.md'), specText('By vim'));
  await unlink(join(folder, 'README.md~'));
  await unlink(join(folder, '.README.md.swp'));
  await eventually(() => watched.titleOf(first) === 'By vim');
  await watched.quiet();
  assert.deepEqual(new Set(watched.told()), new Set([`put ${first}`]));
});

test('a file replaced by a rename over it is a change, not a deletion', async () => {
  await using watched = await openWatched(makeSmallProject);
  const fresh = join(watched.root, 'specs/001-first-light/.README.md.tmp');
  await writeFile(fresh, specText('Renamed over'));
  await rename(fresh, join(watched.root, first));
  await eventually(() => watched.titleOf(first) === 'Renamed over');
  await watched.quiet();
  assert.deepEqual(new Set(watched.told()), new Set([`put ${first}`]));
});

test('a file that is emptied and then written is never told empty', async () => {
  await using watched = await openWatched(makeSmallProject);
  const file = join(watched.root, first);
  for (const n of [1, 2, 3, 4, 5]) {
    await truncate(file);
    await writeFile(file, specText(`Round ${n}`));
    await eventually(() => watched.titleOf(first) === `Round ${n}`);
  }
  assert.ok(!watched.revsTold().includes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'));
});

test('a checkout that rewrites 300 files ends with each as it is on the disk', async () => {
  await using watched = await openWatched(async (root) => {
    await writeFiles(root, Object.fromEntries(numbers(300).map((n) => [specPath(n), specText(`Old ${n}`)])));
    return root;
  });
  for (const n of numbers(300)) {
    await unlink(join(watched.root, specPath(n)));
    await writeFile(join(watched.root, specPath(n)), specText(`New ${n}`));
  }
  await eventually(() => numbers(300).every((n) => watched.titleOf(specPath(n)) === `New ${n}`));
  await watched.quiet();
  assert.deepEqual(
    watched.told().filter((line) => !line.startsWith('put ')),
    [],
  );
});

test('a renamed folder is moves, not deletions', async () => {
  await using watched = await openWatched(makeSmallProject);
  await rename(join(watched.root, 'specs/002-second-wind'), join(watched.root, 'specs/004-fourth-wall'));
  await eventually(() => watched.titleOf('specs/004-fourth-wall/DESIGN.md') === 'Design');
  await watched.quiet();
  assert.deepEqual(watched.told().sort(), [
    'move specs/002-second-wind/DESIGN.md → specs/004-fourth-wall/DESIGN.md',
    'move specs/002-second-wind/README.md → specs/004-fourth-wall/README.md',
  ]);
  assert.equal(watched.titleOf('specs/002-second-wind/README.md'), undefined);
});

test('a file that is really deleted is told deleted, after a second look', async () => {
  await using watched = await openWatched(makeSmallProject);
  await unlink(join(watched.root, 'specs/002-second-wind/DESIGN.md'));
  await eventually(() => watched.told().length > 0);
  assert.deepEqual(watched.told(), ['delete specs/002-second-wind/DESIGN.md']);
});

test('a file deleted and made again within the grace is at most a change', async () => {
  await using watched = await openWatched(makeSmallProject);
  await unlink(join(watched.root, first));
  await writeFile(join(watched.root, first), specText('Back again'));
  await eventually(() => watched.titleOf(first) === 'Back again');
  await watched.quiet();
  assert.ok(!watched.told().includes(`delete ${first}`));
});

test('a new spec in a new folder is told, and so is what comes into it later', async () => {
  await using watched = await openWatched(makeSmallProject);
  await writeFiles(watched.root, { 'specs/009-late/README.md': specText('Late') });
  await eventually(() => watched.titleOf('specs/009-late/README.md') === 'Late');
  await writeFiles(watched.root, { 'specs/009-late/deep/NOTES.md': '# Notes\n' });
  await eventually(() => watched.has('specs/009-late/deep/NOTES.md'));
});

test('a format that begins in a watched project is noticed', async () => {
  await using watched = await openWatched(makeSmallProject);
  await writeFiles(watched.root, { '.spec-context/specs/pay/tasks.md': '- [ ] 1. Begin\n' });
  await eventually(() => watched.has('.spec-context/specs/pay/tasks.md'));
});

test('a LeanSpec project whose only README goes and comes back is still seen', async () => {
  const only = 'specs/001-only/README.md';
  await using watched = await openWatched((root) => writeFiles(root, { [only]: specText('Only') }));
  await rm(join(watched.root, only));
  await eventually(() => !watched.has(only));
  await watched.rescan();
  assert.deepEqual(watched.formats(), ['lean-spec']);
  await writeFile(join(watched.root, only), specText('Back'));
  await eventually(() => watched.titleOf(only) === 'Back');
  await rm(join(watched.root, 'specs'), { recursive: true });
  await eventually(() => !watched.has(only));
  await watched.rescan();
  await writeFiles(watched.root, { [only]: specText('Again') });
  await eventually(() => watched.titleOf(only) === 'Again');
});

test('what a link leads to is not read, whether it leaves the project or not', async () => {
  await using elsewhere = await openTemporaryFolder();
  await writeFiles(elsewhere.path, { 'secret.md': '# Secret\n', 'specs/x/README.md': specText('Elsewhere') });
  await using watched = await openWatched(makeSmallProject);
  await symlink(join(elsewhere.path, 'secret.md'), join(watched.root, 'specs/001-first-light/SECRET.md'));
  await symlink(join(elsewhere.path, 'specs'), join(watched.root, 'specs/005-linked'));
  await rm(join(watched.root, first));
  await symlink(join(elsewhere.path, 'secret.md'), join(watched.root, first));
  await eventually(() => watched.told().includes(`delete ${first}`));
  await watched.rescan();
  assert.deepEqual(watched.told(), [`delete ${first}`]);
});

test('a file of more than 5 MiB is listed by its size and rev, without its content', async () => {
  await using watched = await openWatched(makeSmallProject);
  const path = 'specs/001-first-light/dump.md';
  await writeFile(join(watched.root, path), Buffer.alloc(limits.documentBodyBytesMax + 1, 'x'));
  const document = await eventually(() => {
    const listed = watched.document(path);
    return listed?.size === limits.documentBodyBytesMax + 1 && listed;
  });
  assert.match(String(document.meta.problem), /larger than 5 MiB/);
});

test('.sallyportignore takes documents back, and gives them again when it goes', async () => {
  await using watched = await openWatched(makeSmallProject);
  await writeFile(join(watched.root, '.sallyportignore'), 'DESIGN.md\n/specs/003-*\n');
  await eventually(
    () => !watched.has('specs/002-second-wind/DESIGN.md') && !watched.has('specs/003-third-time/README.md'),
  );
  assert.ok(watched.has('specs/002-second-wind/README.md'));
  await unlink(join(watched.root, '.sallyportignore'));
  await eventually(() => watched.has('specs/002-second-wind/DESIGN.md'));
});

test('secrets and databases never leave, whatever folder they lie in', async () => {
  await using watched = await openWatched(makeSmallProject);
  await writeFiles(watched.root, {
    'specs/001-first-light/.env': 'KEY=1',
    'specs/001-first-light/.env.local': 'KEY=1',
    'specs/001-first-light/id_rsa': 'key',
    'specs/001-first-light/tmp/x.md': '# x',
    '.spec-workflow/knowledge-graph.db': 'db',
    'specs/001-first-light/VISIBLE.md': '# Visible\n',
  });
  await eventually(() => watched.has('specs/001-first-light/VISIBLE.md'));
  await watched.rescan();
  assert.deepEqual(watched.told(), ['put specs/001-first-light/VISIBLE.md']);
});

test('a token that somebody pasted into a spec stays on the machine: the document is listed without its content', async () => {
  await using watched = await openWatched(makeSmallProject);
  const token = `gh${'p'}_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5`;
  await writeFiles(watched.root, { [first]: specText('First light', {}, `Use ${token} to sign in.\n`) });
  const document = await eventually(() => {
    const listed = watched.document(first);
    return listed?.meta.withheld !== undefined && listed;
  });
  assert.match(String(document.meta.withheld), /GitHub token/);
  assert.ok(!JSON.stringify(document).includes(token));
});

test('a root that vanishes is a project that is away: nothing is deleted, and it comes back with what changed', async () => {
  await using watched = await openWatched(makeSmallProject);
  const aside = `${watched.root}-aside`;
  await rename(watched.root, aside);
  await eventually(() => watched.state() === 'away');
  await mkdir(watched.root);
  await watched.rescan();
  assert.equal(watched.state(), 'away');
  assert.deepEqual(watched.told(), []);
  assert.ok(watched.has(first));

  await rm(watched.root, { recursive: true });
  await writeFile(join(aside, first), specText('Changed while away'));
  await rename(aside, watched.root);
  await watched.rescan();
  assert.equal(watched.state(), 'watched');
  await eventually(() => watched.titleOf(first) === 'Changed while away');
  assert.deepEqual(watched.told(), [`put ${first}`]);
});

test('a log that keeps growing is told as it is when it stops', async () => {
  await using watched = await openWatched(makeSmallProject);
  const file = join(watched.root, first);
  for (const n of numbers(60)) await appendFile(file, `\nline ${n}\n`);
  const last = await eventually(() => {
    const { size } = watched.document(first) ?? {};
    return size === watched.sizeOnDisk(first) && size;
  });
  assert.ok(last > 0);
});

test('a project takes one watch a folder, and none for a file', {
  skip: process.platform === 'linux' ? false : 'only Linux tells how many watches a process has',
}, async () => {
  const before = await inotifyWatches('self');
  await using watched = await openWatched(async (root) => {
    const files = numbers(20).flatMap((n) =>
      numbers(10).map((m) => [specPath(n).replace('README', `part-${m}`), `${m}`]),
    );
    await writeFiles(
      root,
      Object.fromEntries([...files, ...numbers(20).map((n) => [specPath(n), specText(`Spec ${n}`)])]),
    );
  });
  // The root, specs/, and 20 folders of specs.
  assert.equal((await inotifyWatches('self')) - before, 22);
  await writeFile(join(watched.root, specPath(7).replace('README', 'part-3')), 'changed');
  await eventually(() => watched.told().length === 1);
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function specPath(n: number): string {
  return `specs/${String(n).padStart(3, '0')}-spec/README.md`;
}

test('a project whose settings name another main file shows its specs by that one', async () => {
  const config = (defaultFile: string) => JSON.stringify({ structure: { defaultFile } });
  const files = { 'README.md': specText('By the readme'), 'MAIN.md': specText('By the main file') };
  const spec = Object.fromEntries(Object.entries(files).map(([name, text]) => [`specs/001-a/${name}`, text]));
  await using watched = await openWatched((root) =>
    writeFiles(root, { '.lean-spec/config.json': config('README.md'), ...spec }),
  );
  await writeFiles(watched.root, { '.lean-spec/config.json': config('MAIN.md') });
  await eventually(() => watched.document('specs/001-a/MAIN.md')?.kind === 'spec');
  assert.equal(watched.document('specs/001-a/README.md')?.kind, 'sub-spec');
  assert.ok(watched.told().includes('put specs/001-a/MAIN.md'));
});
